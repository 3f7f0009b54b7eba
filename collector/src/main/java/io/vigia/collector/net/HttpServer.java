package io.vigia.collector.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vigia.collector.core.Component;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP/1.1 server for people and scrapers: the page, the query API, health, metrics. Not
 * for telemetry intake.
 *
 * <p>Everything is bounded: connections (one more takes the place of the one that has asked for
 * nothing for the longest time, or is closed at once when all are being answered), one request at a
 * time per connection, request size, waiting requests (more are answered 503), time to send a
 * request and to take a response. Handlers run on worker threads and may block, but for those that
 * never do. Responses are gzipped when the client accepts it.
 */
public final class HttpServer implements Component {
  private static final int MAX_LINE_BYTES = 16 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_CHUNK_BYTES = 64 << 10;
  private static final int GZIP_FROM_BYTES = 1024;

  private final Builder config;
  private @Nullable EventLoopGroup eventLoops;
  private @Nullable ThreadPoolExecutor workers;
  private @Nullable Channel listener;
  private final ChannelGroup connections =
      new DefaultChannelGroup("http-connections", GlobalEventExecutor.INSTANCE, true);

  /**
   * Those of which a request is waited for, the longest one first. Touched by the one event loop.
   */
  private final Set<Channel> idle = new LinkedHashSet<>();

  private HttpServer(Builder config) {
    this.config = config;
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public synchronized void start() throws IOException {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            config.workers,
            config.workers,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(config.maxWaiting),
            new DefaultThreadFactory(config.name + "-worker", true));
    pool.allowCoreThreadTimeOut(true);
    workers = pool;
    eventLoops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(config.name + "-io", true), NioIoHandler.newFactory());
    var bind =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(ListeningChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 128)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 << 10, 1 << 20))
            .childHandler(initializer(pool))
            .bind(config.listen)
            .awaitUninterruptibly();
    if (!bind.isSuccess()) {
      Throwable cause = bind.cause();
      close();
      throw new IOException(
          "cannot listen on "
              + config.listen.getHostString()
              + ":"
              + config.listen.getPort()
              + " ("
              + cause.getMessage()
              + "); stop what uses the port or choose another",
          cause);
    }
    listener = bind.channel();
    listener.pipeline().addLast(new AcceptFailures(config.name));
  }

  private ChannelInitializer<SocketChannel> initializer(ThreadPoolExecutor pool) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        if (connections.size() >= config.maxConnections && !makeRoom()) {
          channel.close();
          return;
        }
        connections.add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        if (config.tls != null) {
          pipeline.addLast(config.tls.context().newHandler(channel.alloc()));
        }
        pipeline.addLast(
            new WriteTimeoutHandler(config.requestTimeoutMillis, TimeUnit.MILLISECONDS));
        pipeline.addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES));
        pipeline.addLast(
            new HttpContentCompressor(GZIP_FROM_BYTES, StandardCompressionOptions.gzip()));
        pipeline.addLast(new HttpObjectAggregator(config.maxRequestBytes));
        pipeline.addLast(new ChunkedWriteHandler());
        pipeline.addLast(
            new HttpConnection(
                config.name, config.routes, pool, config.requestTimeoutMillis, idle));
      }
    };
  }

  /** Closes the connection that has asked for nothing for the longest time, if there is one. */
  private boolean makeRoom() {
    Iterator<Channel> longest = idle.iterator();
    if (!longest.hasNext()) {
      return false;
    }
    Channel channel = longest.next();
    longest.remove();
    channel.close();
    return true;
  }

  /** Where it listens, with the real port when 0 was asked for. Only after {@link #start}. */
  public synchronized InetSocketAddress address() {
    if (listener == null) {
      throw new IllegalStateException("not started");
    }
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
      listener = null;
    }
    connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    if (workers != null) {
      workers.shutdownNow();
      workers = null;
    }
    if (eventLoops != null) {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
      eventLoops = null;
    }
  }

  /** Collects what a server needs; {@code listen} is required. */
  public static final class Builder {
    private String name = "http";
    private InetSocketAddress listen = new InetSocketAddress("127.0.0.1", 0);
    private int workers = 4;
    private int maxWaiting = 64; // fewer than connections: a probe takes the place of the others
    private int maxConnections = 256;
    private int maxRequestBytes = 4 << 10;
    private long requestTimeoutMillis = 60_000;
    private @Nullable ServerTls tls;
    private final HttpRoutes routes = new HttpRoutes();

    private Builder() {}

    /** Names threads and log lines. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** Port 0 takes any free one. */
    public Builder listen(InetSocketAddress listen) {
      this.listen = listen;
      return this;
    }

    /** Null (the default) = in the clear. */
    public Builder tls(@Nullable ServerTls tls) {
      this.tls = tls;
      return this;
    }

    /** How many handlers run at the same time. */
    public Builder workers(int workers) {
      this.workers = workers;
      return this;
    }

    public Builder maxConnections(int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /**
     * Of a body; default 4 KiB, for nobody who only reads sends one, and each connection may hold
     * so much in the memory of those that send telemetry.
     */
    public Builder maxRequestBytes(int maxRequestBytes) {
      this.maxRequestBytes = maxRequestBytes;
      return this;
    }

    /**
     * How long an idle connection is kept, a client may take to send a request, and to take a
     * response.
     */
    public Builder requestTimeoutMillis(long requestTimeoutMillis) {
      this.requestTimeoutMillis = requestTimeoutMillis;
      return this;
    }

    /** Answers GET and HEAD of exactly {@code path}, or of all below it when it ends in "/*". */
    public Builder get(String path, HttpHandler handler) {
      routes.add("GET", path, handler);
      return this;
    }

    /**
     * As {@link #get} of exactly {@code path}, for a handler that never waits: it is answered also
     * while all workers are busy.
     */
    public Builder getAtOnce(String path, HttpHandler handler) {
      routes.atOnce(path);
      return get(path, handler);
    }

    /** Answers POST of exactly {@code path}, or of all below it when it ends in "/*". */
    public Builder post(String path, HttpHandler handler) {
      routes.add("POST", path, handler);
      return this;
    }

    public HttpServer build() {
      return new HttpServer(this);
    }
  }
}
