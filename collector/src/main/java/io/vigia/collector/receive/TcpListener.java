package io.vigia.collector.receive;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.vigia.collector.core.OpenFiles;
import io.vigia.collector.net.AcceptFailures;
import io.vigia.collector.net.EventLoops;
import io.vigia.collector.net.KeepAlive;
import io.vigia.collector.net.ListeningChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening TCP port and its connections, of which there are at most so many. */
public final class TcpListener {
  private static final Logger log = LoggerFactory.getLogger(TcpListener.class);

  /** What connections leave to the disk log, the destinations and the page. */
  private static final long FILES_KEPT = 1_000;

  private static final long MOST_OF_ALL_PORTS = mostConnections(OpenFiles.limit());
  private static final AtomicInteger OF_ALL_PORTS = new AtomicInteger();

  private final ListenerOptions options;
  private final Consumer<SocketChannel> initializer;
  private final ChannelGroup connections;
  private final Channel channel;
  private final Future<?> sweeping;
  private final AtomicBoolean warned = new AtomicBoolean();
  private final AtomicBoolean fullSaid = new AtomicBoolean();
  private volatile boolean draining;
  private long drainNanos;

  /**
   * @param initializer fills the pipeline of each accepted connection
   */
  public static TcpListener bind(ListenerOptions options, Consumer<SocketChannel> initializer)
      throws IOException {
    return new TcpListener(options, initializer);
  }

  private TcpListener(ListenerOptions options, Consumer<SocketChannel> initializer)
      throws IOException {
    this.options = options;
    this.initializer = initializer;
    connections =
        new DefaultChannelGroup(
            options.name(), GlobalEventExecutor.INSTANCE, /* stayClosed= */ true);
    ChannelFuture bind =
        new ServerBootstrap()
            .group(EventLoops.shared())
            .channel(ListeningChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.ALLOCATOR, EventLoops.ALLOCATOR)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    accepted(connection);
                  }
                })
            .bind(options.address())
            .awaitUninterruptibly();
    if (!bind.isSuccess()) {
      throw new IOException(
          options.name()
              + ": cannot listen on "
              + options.address().getHostString()
              + ":"
              + options.address().getPort()
              + " ("
              + bind.cause().getMessage()
              + "); stop what uses the port or choose another",
          bind.cause());
    }
    channel = bind.channel();
    channel.pipeline().addLast(new AcceptFailures(options.name()));
    sweeping = channel.eventLoop().scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private void accepted(SocketChannel connection) {
    boolean filesLack = OF_ALL_PORTS.get() >= MOST_OF_ALL_PORTS;
    if (connections.size() >= options.maxConnections() || filesLack) {
      turnAway(connection, filesLack);
      return;
    }
    OF_ALL_PORTS.incrementAndGet();
    connection.closeFuture().addListener(closed -> OF_ALL_PORTS.decrementAndGet());
    connections.add(connection);
    KeepAlive.on(connection);
    connection.pipeline().addLast(Linger.NAME, new Linger());
    if (options.tls() != null) {
      SslHandler ssl = options.tls().context().newHandler(connection.alloc());
      ssl.handshakeFuture().addListener(done -> shaken(connection, done));
      connection.pipeline().addLast(ssl);
    }
    initializer.accept(connection);
    if (draining) {
      connection.pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }

  /**
   * How many senders may be there of all ports together: more would take the files away that what
   * they send is written to.
   */
  static long mostConnections(long openFiles) {
    return Math.max(openFiles / 2, openFiles - FILES_KEPT);
  }

  private void turnAway(SocketChannel connection, boolean filesLack) {
    options.metrics().malformed(options.receiver(), "too_many_connections");
    connection.close();
    if (fullSaid.compareAndSet(false, true)) {
      log.warn(
          "{}: a connection is closed at once: {} (further ones are only counted)",
          options.name(),
          filesLack
              ? "of all receivers " + MOST_OF_ALL_PORTS + " are open; " + OpenFiles.remedy()
              : "there are " + options.maxConnections() + " (maxConnections)");
    }
  }

  /** Counts handshakes that failed; the first one is logged in full. */
  private void shaken(SocketChannel connection, Future<?> handshake) {
    if (handshake.isSuccess() || handshake.cause() instanceof ClosedChannelException) {
      return;
    }
    options.metrics().malformed(options.receiver(), "tls");
    if (warned.compareAndSet(false, true)) {
      log.warn(
          "{}: no TLS with {}: {} (further ones are only counted)",
          options.name(),
          connection.remoteAddress(),
          handshake.cause().getMessage());
    }
  }

  private void sweep() {
    try {
      look();
    } catch (RuntimeException | Error e) { // it would not be called again
      log.warn("{}: silent connections are looked for again in a second", options.name(), e);
    }
  }

  private void look() {
    options.budget().shedStalled();
    if (options.idleTimeoutMillis() == 0) {
      return;
    }
    long limitNanos = TimeUnit.MILLISECONDS.toNanos(options.idleTimeoutMillis());
    long now = System.nanoTime();
    for (Channel connection : connections) {
      if (connection.pipeline().get(Linger.NAME) instanceof Linger linger
          && now - linger.heardNanos() > limitNanos) {
        connection.pipeline().fireUserEventTriggered(Drain.NOW);
      }
    }
  }

  /** Where it listens, with the real port when 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /**
   * No new connections; those that are there are told to finish, and not waited for. Another one
   * may listen there when this returns.
   */
  public synchronized void drain() {
    if (draining) {
      return;
    }
    draining = true;
    drainNanos = System.nanoTime();
    letGo(channel);
    for (Channel connection : connections) {
      connection.pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }

  /** Closes what listens. Another one may listen there when this returns. */
  public static void letGo(Channel listening) {
    listening.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    // its socket is there until its thread has selected again: before it looks at the clock again
    EventLoop loop = listening.eventLoop();
    Promise<Void> selected = loop.newPromise();
    loop.execute(() -> loop.schedule(() -> selected.trySuccess(null), 1, TimeUnit.MILLISECONDS));
    selected.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /**
   * Drains, and cuts the connections that are not done.
   *
   * @param graceMillis counted from {@link #drain}
   */
  public void close(long graceMillis) {
    drain();
    long passedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - drainNanos);
    ChannelGroupFuture closed = connections.newCloseFuture();
    closed.awaitUninterruptibly(Math.max(0, graceMillis - passedMillis));
    for (Channel connection : connections) {
      // below the handlers, which would wait
      connection
          .eventLoop()
          .execute(() -> connection.unsafe().close(connection.unsafe().voidPromise()));
    }
    closed.awaitUninterruptibly(1, TimeUnit.SECONDS);
    sweeping.cancel(false);
  }
}
