package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import io.vigia.collector.net.NetException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Unary gRPC calls to one peer over one HTTP/2 connection, made anew when it is gone or going
 * (GOAWAY). Thread-safe; makes no connection before the first call. Source: grpc/grpc
 * doc/PROTOCOL-HTTP2.md.
 */
public final class GrpcClient implements AutoCloseable {
  private final Endpoint endpoint;
  private final Map<String, String> headers;
  private final int timeoutMillis;
  private final int gzipLevel;
  private final int maxResponseBytes;
  private final TlsOptions tls;
  private final Dialer dialer;
  private @Nullable SslContext sslContext;

  private final Object lock = new Object();
  private @Nullable CompletableFuture<GrpcConnection> current;
  private boolean closed;

  private GrpcClient(Builder builder) {
    this.endpoint = builder.endpoint;
    this.headers = new LinkedHashMap<>(builder.headers);
    if (endpoint.authorization() != null) {
      headers.putIfAbsent("authorization", endpoint.authorization());
    }
    this.timeoutMillis = builder.timeoutMillis;
    this.gzipLevel = builder.gzipLevel;
    this.maxResponseBytes = builder.maxResponseBytes;
    this.tls = builder.tls;
    this.dialer =
        new Dialer(
            endpoint,
            Math.min(5000, timeoutMillis),
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) throws IOException {
                initialize(channel);
              }
            });
  }

  public static Builder builder(Endpoint endpoint) {
    return new Builder(endpoint);
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Makes one call.
   *
   * @param path {@code /package.Service/Method}
   * @param message the protobuf request; released by this client in every case
   * @return always completes normally, within the time-out
   */
  public CompletableFuture<GrpcAnswer> unary(String path, ByteBuf message) {
    GrpcCall call = new GrpcCall(path, frame(message), maxResponseBytes);
    connection()
        .whenComplete(
            (connection, failure) -> {
              if (failure != null) {
                call.fail(NetException.of(endpoint.toString(), failure));
              } else {
                connection.start(call);
              }
            });
    return call.answer;
  }

  /** Fails open calls and closes the connection. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<GrpcConnection> last;
    synchronized (lock) {
      closed = true;
      last = current;
      current = null;
    }
    if (last != null) {
      last.thenAccept(
          connection -> connection.close(new NetException(Kind.SHUTDOWN, endpoint + ": closed")));
    }
  }

  private CompletableFuture<GrpcConnection> connection() {
    CompletableFuture<GrpcConnection> fresh;
    synchronized (lock) {
      if (closed) {
        return CompletableFuture.failedFuture(
            new NetException(Kind.SHUTDOWN, endpoint + ": closed"));
      }
      if (current != null) {
        return current;
      }
      fresh = new CompletableFuture<>();
      current = fresh;
    }
    dialer
        .connect()
        .whenComplete(
            (channel, failure) -> {
              if (failure != null) {
                forget(fresh);
                fresh.completeExceptionally(failure);
                return;
              }
              GrpcConnection connection = channel.pipeline().get(GrpcConnection.class);
              if (connection == null) { // closed already
                forget(fresh);
                fresh.completeExceptionally(NetException.of(endpoint.toString(), null));
                return;
              }
              connection.whenGoing(() -> forget(fresh));
              fresh.complete(connection);
            });
    return fresh;
  }

  private void forget(CompletableFuture<GrpcConnection> connection) {
    synchronized (lock) {
      if (current == connection) {
        current = null;
      }
    }
  }

  private void initialize(Channel channel) throws IOException {
    if (endpoint.tls()) {
      SslContext context;
      synchronized (lock) {
        if (sslContext == null) {
          sslContext = tls.context("h2");
        }
        context = sslContext;
      }
      channel
          .pipeline()
          .addLast(context.newHandler(channel.alloc(), endpoint.host(), endpoint.port()));
    }
    channel
        .pipeline()
        .addLast(GrpcConnection.create(endpoint, headers, timeoutMillis, gzipLevel > 0));
  }

  /** Length-prefixed message: compressed flag, 32-bit length, bytes. */
  private ByteBuf frame(ByteBuf message) {
    ByteBuf body = message;
    if (gzipLevel > 0) {
      try (BodyWriter writer = new BodyWriter(gzipLevel)) {
        byte[] chunk = new byte[8192];
        while (message.isReadable()) {
          int count = Math.min(chunk.length, message.readableBytes());
          message.readBytes(chunk, 0, count);
          writer.write(chunk, 0, count);
        }
        body = writer.finish();
      } finally {
        message.release();
      }
    }
    ByteBuf prefix =
        Unpooled.wrappedBuffer(
            ByteBuffer.allocate(5)
                .put((byte) (gzipLevel > 0 ? 1 : 0))
                .putInt(body.readableBytes())
                .flip());
    return Unpooled.wrappedBuffer(prefix, body);
  }

  /** Settings. */
  public static final class Builder {
    private final Endpoint endpoint;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private int timeoutMillis = 30_000;
    private int gzipLevel;
    private int maxResponseBytes = 4 << 20;
    private TlsOptions tls = TlsOptions.DEFAULT;

    private Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** Metadata sent with every call; names are lower-cased. */
    public Builder headers(Map<String, String> all) {
      all.forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
      return this;
    }

    /** Deadline of a call, connecting included. */
    public Builder timeoutMillis(int millis) {
      timeoutMillis = millis;
      return this;
    }

    /** 0 for no compression (default), 1 (fast) to 9 (small). */
    public Builder gzipLevel(int level) {
      gzipLevel = level;
      return this;
    }

    public Builder maxResponseBytes(int bytes) {
      maxResponseBytes = bytes;
      return this;
    }

    public Builder tls(TlsOptions options) {
      tls = options;
      return this;
    }

    public GrpcClient build() {
      return new GrpcClient(this);
    }
  }
}
