package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.vigia.collector.net.NetException.Kind;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 to one peer over a small pool of keep-alive connections. Thread-safe; makes no
 * connection before the first request.
 *
 * <p>A request that meets a kept connection which the peer had just closed is sent once more on a
 * fresh one, unless {@link Builder#resends} says otherwise: what most exporters send may arrive
 * twice anyway.
 */
public final class HttpClient implements AutoCloseable {
  private final Endpoint endpoint;
  private final ClientOptions options;
  private final int maxConnections;
  private final int maxResponseBytes;
  private final int timeoutMillis;
  private final boolean resends;
  private final Dialer dialer;

  private final Object lock = new Object();
  private final ArrayDeque<Channel> idle = new ArrayDeque<>();
  private final ArrayDeque<HttpCall> waiting = new ArrayDeque<>();
  private final java.util.Set<HttpCall> calls = new java.util.HashSet<>();
  private int open;
  private boolean closed;

  private HttpClient(Builder builder) {
    this.endpoint = builder.endpoint;
    this.options = builder.options;
    this.maxConnections = builder.maxConnections;
    this.maxResponseBytes = builder.maxResponseBytes;
    this.timeoutMillis = options.timeoutMillis();
    this.resends = builder.resends;
    this.dialer = new Dialer(endpoint, options, null);
  }

  public static Builder builder(Endpoint endpoint) {
    return new Builder(endpoint);
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Sends one request.
   *
   * @param target path and query, starting with {@code /}
   * @param extraHeaders beside those of the builder
   * @param body released by this client in every case; may be null
   * @return the answer whatever its status, or a {@link NetException} (never wrapped)
   */
  public CompletableFuture<HttpAnswer> send(
      HttpMethod method, String target, Map<String, String> extraHeaders, @Nullable ByteBuf body) {
    HttpCall call =
        new HttpCall(method, target, extraHeaders, body == null ? Unpooled.EMPTY_BUFFER : body);
    try {
      call.authorization =
          options.authorization() == null
              ? endpoint.authorization()
              : options.authorization().header();
    } catch (NetException e) {
      call.fail(e);
      return call.answer;
    }
    synchronized (lock) {
      if (closed) {
        call.fail(new NetException(Kind.SHUTDOWN, endpoint + ": closed"));
        return call.answer;
      }
      calls.add(call);
    }
    call.timer =
        EventLoops.shared()
            .next()
            .schedule(
                () ->
                    finish(
                        call,
                        new NetException(
                            Kind.TIMEOUT,
                            endpoint + ": no answer within " + timeoutMillis + " ms")),
                timeoutMillis,
                TimeUnit.MILLISECONDS);
    dispatch(call);
    return call.answer;
  }

  /** Fails what is open and closes all connections. Idempotent. */
  @Override
  public void close() {
    HttpCall[] orphans;
    synchronized (lock) {
      closed = true;
      waiting.clear();
      orphans = calls.toArray(new HttpCall[0]);
      for (Channel channel : idle) {
        channel.close();
      }
      idle.clear();
    }
    for (HttpCall call : orphans) {
      finish(call, new NetException(Kind.SHUTDOWN, endpoint + ": closed"));
    }
  }

  private void dispatch(HttpCall call) {
    Channel channel = null;
    synchronized (lock) {
      while (channel == null && !idle.isEmpty()) {
        Channel candidate = idle.pollLast();
        if (dialer.outdated(candidate)) {
          candidate.close();
        } else if (candidate.isActive()) {
          channel = candidate;
        }
      }
      if (channel == null && !closed) {
        if (open >= maxConnections) {
          waiting.add(call);
          return;
        }
        open++;
      }
    }
    if (channel != null) {
      write(channel, call);
    } else {
      connect(call);
    }
  }

  private void connect(HttpCall call) {
    dialer
        .connect(
            channel -> channel.pipeline().addLast(new HttpClientCodec(), new HttpCallHandler(this)))
        .whenComplete(
            (channel, failure) -> {
              if (failure != null) {
                connectionGone();
                finish(call, NetException.of(endpoint.toString(), failure));
                return;
              }
              channel.closeFuture().addListener(f -> connectionGone());
              write(channel, call);
            });
  }

  private void write(Channel channel, HttpCall call) {
    if (!channel.eventLoop().inEventLoop()) {
      channel.eventLoop().execute(() -> write(channel, call));
      return;
    }
    HttpCallHandler handler = channel.pipeline().get(HttpCallHandler.class);
    ByteBuf body = call.bodyToSend();
    if (body == null) { // the call ended while it waited for this connection
      release(channel);
      return;
    }
    if (handler == null || !handler.begin(channel, call)) {
      body.release();
      retryOrFail(call, true, null);
      return;
    }
    var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, call.method, call.target, body);
    request.headers().set(HttpHeaderNames.HOST, endpoint.authority());
    request.headers().set(HttpHeaderNames.USER_AGENT, "vigia-collector");
    if (call.authorization != null) {
      request.headers().set(HttpHeaderNames.AUTHORIZATION, call.authorization);
    }
    options.headers().forEach(request.headers()::set);
    call.headers.forEach(request.headers()::set);
    request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    channel
        .writeAndFlush(request)
        .addListener(
            (ChannelFutureListener)
                written -> {
                  if (!written.isSuccess()) {
                    handler.fail(written.cause());
                  }
                });
  }

  /** A kept connection turned out dead before it answered: once more, on a fresh one. */
  void retryOrFail(HttpCall call, boolean reused, @Nullable Throwable cause) {
    boolean again;
    synchronized (lock) {
      again = reused && !call.retried && !closed && calls.contains(call);
      call.retried = true;
    }
    if (again) {
      dispatch(call);
    } else {
      finish(call, NetException.of(endpoint.toString(), cause));
    }
  }

  void finish(HttpCall call, @Nullable NetException failure) {
    synchronized (lock) {
      if (!calls.remove(call)) {
        return;
      }
      waiting.remove(call);
    }
    Channel channel = call.channel;
    if (failure != null) {
      if (channel != null) {
        channel.close();
      }
      call.fail(failure);
    } else {
      call.complete();
    }
  }

  /** The connection is ready for the next request. */
  void release(Channel channel) {
    if (dialer.outdated(channel)) {
      channel.close();
      return;
    }
    HttpCall next;
    synchronized (lock) {
      next = closed ? null : waiting.poll();
      if (next == null && !closed) {
        idle.add(channel);
        return;
      }
    }
    if (next == null) {
      channel.close();
    } else {
      write(channel, next);
    }
  }

  private void connectionGone() {
    HttpCall next;
    synchronized (lock) {
      open--;
      idle.removeIf(channel -> !channel.isActive());
      next = waiting.poll();
    }
    if (next != null) {
      dispatch(next);
    }
  }

  boolean resends() {
    return resends;
  }

  int maxResponseBytes() {
    return maxResponseBytes;
  }

  /** One request on its way. */
  static final class HttpCall {
    /**
     * Not Netty's {@code EmptyHttpHeaders.INSTANCE}: its class and {@code HttpHeaders} wait for
     * each other for ever when two threads come to them first at the same time, one to each.
     */
    private static final HttpHeaders NO_HEADERS = new ReadOnlyHttpHeaders(false);

    final HttpMethod method;
    final String target;
    final Map<String, String> headers;
    final ByteBuf body;
    final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
    volatile java.util.concurrent.@Nullable Future<?> timer;
    volatile @Nullable Channel channel;
    @Nullable String authorization;
    boolean retried;
    private boolean ended;
    HttpAnswer received = new HttpAnswer(0, NO_HEADERS, new byte[0]);

    HttpCall(HttpMethod method, String target, Map<String, String> headers, ByteBuf body) {
      this.method = method;
      this.target = target;
      this.headers = headers;
      this.body = body;
    }

    void complete() {
      end();
      answer.complete(received);
    }

    void fail(NetException failure) {
      end();
      answer.completeExceptionally(failure);
    }

    /** A view of the body with a reference of its own, or null when the call has ended. */
    synchronized @Nullable ByteBuf bodyToSend() {
      return ended ? null : body.retainedDuplicate();
    }

    private synchronized void end() {
      var running = timer;
      if (running != null) {
        running.cancel(false);
      }
      if (!ended) {
        ended = true;
        body.release();
      }
    }
  }

  /** Settings. */
  public static final class Builder {
    private final Endpoint endpoint;
    private ClientOptions options = ClientOptions.defaults();
    private int maxConnections = 8;
    private int maxResponseBytes = 16 << 20;
    private boolean resends = true;

    private Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** The time-out is from {@link HttpClient#send} to the last byte of the answer. */
    public Builder options(ClientOptions options) {
      this.options = options;
      return this;
    }

    /** Requests beyond wait for a connection. */
    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    /** A longer answer is {@link Kind#TOO_LARGE}. */
    public Builder maxResponseBytes(int bytes) {
      maxResponseBytes = bytes;
      return this;
    }

    /**
     * Whether a request that a kept connection took with it is sent once more by itself (RFC 9110
     * section 9.2.2). It may have arrived: false where the sender must know of that doubt.
     */
    public Builder resends(boolean resends) {
      this.resends = resends;
      return this;
    }

    public HttpClient build() {
      return new HttpClient(this);
    }
  }
}
