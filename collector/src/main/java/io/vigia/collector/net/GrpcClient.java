package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Unary gRPC calls to one peer over one HTTP/2 connection, made anew when it is gone or going
 * (GOAWAY). Thread-safe; makes no connection before the first call. Source: grpc/grpc
 * doc/PROTOCOL-HTTP2.md.
 */
public final class GrpcClient implements AutoCloseable {
  private static final int PREFIX_BYTES = 5;

  private final Endpoint endpoint;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final ClientOptions options;
  private final int gzipLevel;
  private final int maxResponseBytes;
  private final Dialer dialer;

  private final SharedConnection<GrpcConnection> connection;

  private GrpcClient(Builder builder) {
    this.endpoint = builder.endpoint;
    this.options = builder.options;
    options.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    if (endpoint.authorization() != null) {
      headers.putIfAbsent("authorization", endpoint.authorization());
    }
    this.gzipLevel = builder.gzipLevel;
    this.maxResponseBytes = builder.maxResponseBytes;
    this.dialer = new Dialer(endpoint, options, "h2");
    this.connection = new SharedConnection<>(endpoint.toString(), dialer, this::connect);
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
   * @param message the protobuf request, best a {@link #newMessage}; released by this client in
   *     every case
   * @return always completes normally, within the time-out
   */
  public CompletableFuture<GrpcAnswer> unary(String path, ByteBuf message) {
    GrpcCall call = new GrpcCall(path, frame(message), maxResponseBytes);
    if (options.authorization() != null) {
      try {
        call.authorization = options.authorization().header();
      } catch (NetException e) {
        call.fail(e);
        return call.answer;
      }
    }
    connection
        .get()
        .whenComplete(
            (open, failure) -> {
              if (failure != null) {
                call.fail(NetException.of(endpoint.toString(), failure));
              } else {
                open.start(call);
              }
            });
    return call.answer;
  }

  /** Fails open calls and closes the connection. Idempotent. */
  @Override
  public void close() {
    connection.close();
  }

  private void connect(CompletableFuture<GrpcConnection> fresh) {
    dialer
        .connect(
            channel ->
                channel
                    .pipeline()
                    .addLast(
                        GrpcConnection.create(
                            endpoint, headers, options.timeoutMillis(), gzipLevel > 0)))
        .whenComplete(
            (channel, failure) -> {
              if (failure != null) {
                connection.forget(fresh);
                fresh.completeExceptionally(failure);
                return;
              }
              GrpcConnection open = channel.pipeline().get(GrpcConnection.class);
              if (open == null) { // closed already
                connection.forget(fresh);
                fresh.completeExceptionally(NetException.of(endpoint.toString(), null));
                return;
              }
              open.whenGoing(() -> connection.forget(fresh));
              fresh.complete(open);
            });
  }

  /**
   * An empty message with room for so many bytes, and before them for the frame: it goes to the
   * socket without being copied.
   */
  public static ByteBuf newMessage(int bytes) {
    return EventLoops.ALLOCATOR
        .directBuffer(PREFIX_BYTES + bytes)
        .setIndex(PREFIX_BYTES, PREFIX_BYTES);
  }

  /** Length-prefixed message: compressed flag, 32-bit length, bytes. */
  private ByteBuf frame(ByteBuf message) {
    if (gzipLevel == 0 && message.readerIndex() == PREFIX_BYTES) {
      int length = message.readableBytes();
      return message.setByte(0, 0).setInt(1, length).readerIndex(0);
    }
    ByteBuf body = message;
    boolean gzip = gzipLevel > 0 && message.isReadable(); // nothing is no gzip
    if (gzip) {
      try {
        body = BodyWriter.gzip(message, gzipLevel);
      } finally {
        message.release();
      }
    }
    ByteBuf prefix =
        Unpooled.wrappedBuffer(
            ByteBuffer.allocate(PREFIX_BYTES)
                .put((byte) (gzip ? 1 : 0))
                .putInt(body.readableBytes())
                .flip());
    return Unpooled.wrappedBuffer(prefix, body);
  }

  /** Settings. */
  public static final class Builder {
    private final Endpoint endpoint;
    private ClientOptions options = ClientOptions.defaults();
    private int gzipLevel;
    private int maxResponseBytes = 4 << 20;

    private Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** Headers are sent as metadata; the time-out is the deadline of a call. */
    public Builder options(ClientOptions options) {
      this.options = options;
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

    public GrpcClient build() {
      return new GrpcClient(this);
    }
  }
}
