package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.collection.IntObjectHashMap;
import io.vigia.collector.net.NetException.Kind;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one HTTP/2 connection. Sits on Netty's connection handler, below frames-as-objects
 * and stream channels: a unary call needs neither.
 */
final class GrpcConnection extends Http2ConnectionHandler implements SharedConnection.Connection {
  private static final int WINDOW_BYTES = 1 << 20;

  private final Endpoint endpoint;
  private final Map<String, String> metadata;
  private final int timeoutMillis;
  private final boolean gzip;
  private final IntObjectHashMap<GrpcCall> calls = new IntObjectHashMap<>();
  private volatile @Nullable ChannelHandlerContext context;
  private volatile @Nullable NetException gone;
  private volatile Runnable onGoing = () -> {};
  private boolean going;
  private long lastReadNanos = System.nanoTime();

  private GrpcConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      Endpoint endpoint,
      Map<String, String> metadata,
      int timeoutMillis,
      boolean gzip) {
    super(decoder, encoder, settings);
    this.endpoint = endpoint;
    this.metadata = metadata;
    this.timeoutMillis = timeoutMillis;
    this.gzip = gzip;
    decoder.frameListener(new Frames());
    connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream.id());
              }
            });
  }

  static GrpcConnection create(
      Endpoint endpoint, Map<String, String> metadata, int timeoutMillis, boolean gzip) {
    return new Builder(endpoint, metadata, timeoutMillis, gzip).build();
  }

  /** {@code action} runs when no new call may be put on this connection any more. */
  void whenGoing(Runnable action) {
    onGoing = action;
    if (gone != null) {
      action.run();
    }
  }

  /** From any thread. */
  void start(GrpcCall call) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      call.fail(new NetException(Kind.CLOSED, endpoint + ": connection closed"));
    } else if (ctx.executor().inEventLoop()) {
      begin(ctx, call);
    } else {
      ctx.executor().execute(() -> begin(ctx, call));
    }
  }

  @Override
  public @Nullable Channel channel() {
    ChannelHandlerContext ctx = context;
    return ctx == null ? null : ctx.channel();
  }

  @Override
  public void finish() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      leaveIdle(ctx);
    }
  }

  @Override
  public void close(NetException reason) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.executor()
          .execute(
              () -> {
                failAll(reason);
                ctx.close();
              });
    }
  }

  private void begin(ChannelHandlerContext ctx, GrpcCall call) {
    int streamId = gone != null || going ? -1 : connection().local().incrementAndGetNextStreamId();
    if (streamId < 0) { // going, or all 2^30 ids are used up
      leave();
      NetException why = gone;
      call.fail(why != null ? why : new NetException(Kind.CLOSED, endpoint + ": going away"));
      return;
    }
    call.streamId = streamId;
    calls.put(streamId, call);
    long begunNanos = System.nanoTime();
    call.timer =
        ctx.executor()
            .schedule(() -> deadline(ctx, call, begunNanos), timeoutMillis, TimeUnit.MILLISECONDS);
    encoder()
        .writeHeaders(ctx, streamId, headers(call), 0, false, ctx.newPromise())
        .addListener((ChannelFutureListener) f -> written(call, f));
    encoder()
        .writeData(ctx, streamId, call.takeRequest(), 0, true, ctx.newPromise())
        .addListener(
            (ChannelFutureListener)
                f -> {
                  call.requestWritten = true;
                  written(call, f);
                });
    flush(ctx);
  }

  private void written(GrpcCall call, ChannelFuture result) {
    if (!result.isSuccess() && !call.done()) {
      forget(call);
      NetException why = gone;
      call.fail(why != null ? why : NetException.of(endpoint.toString(), result.cause()));
    }
  }

  private Http2Headers headers(GrpcCall call) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme(endpoint.tls() ? "https" : "http")
            .path(call.path)
            .authority(endpoint.authority())
            .set("te", "trailers")
            .set("content-type", "application/grpc")
            .set("user-agent", "vigia-collector")
            .set("grpc-timeout", timeoutMillis + "m");
    if (gzip) {
      headers.set("grpc-encoding", "gzip");
    }
    metadata.forEach(headers::set);
    if (call.authorization != null) {
      headers.set("authorization", call.authorization);
    }
    return headers;
  }

  private void deadline(ChannelHandlerContext ctx, GrpcCall call, long begunNanos) {
    if (call.done()) {
      return;
    }
    boolean silent = lastReadNanos - begunNanos < 0;
    reset(ctx, call);
    call.fail(
        new NetException(Kind.TIMEOUT, endpoint + ": no answer within " + timeoutMillis + " ms"));
    if (silent) { // not one frame all the while: the connection may be dead
      leave();
      ctx.close();
    }
  }

  private void reset(ChannelHandlerContext ctx, GrpcCall call) {
    forget(call);
    if (ctx.channel().isActive()) {
      // by the encoder: it alone knows of streams that wait for their turn (MAX_CONCURRENT_STREAMS)
      encoder().writeRstStream(ctx, call.streamId, Http2Error.CANCEL.code(), ctx.newPromise());
      flush(ctx);
    }
  }

  /** The whole answer is there, and was handed in. */
  private void ended(ChannelHandlerContext ctx, GrpcCall call) {
    if (call.requestWritten) {
      forget(call);
    } else { // answered before it was all sent: the rest is of no use
      reset(ctx, call);
    }
  }

  private void forget(GrpcCall call) {
    calls.remove(call.streamId);
    ChannelHandlerContext ctx = context;
    if (going && calls.isEmpty() && ctx != null) {
      ctx.close();
    }
  }

  /** Streams above a GOAWAY's last id close without a frame of their own. */
  private void streamClosed(int streamId) {
    GrpcCall call = calls.get(streamId);
    ChannelHandlerContext ctx = context;
    if (call == null || ctx == null) {
      return;
    }
    // later: the frame that closed it, if there is one, is being handled now
    ctx.executor()
        .execute(
            () -> {
              if (!call.done()) {
                forget(call);
                call.fail(new NetException(Kind.CLOSED, endpoint + ": stream closed by peer"));
              }
            });
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean endStream) {
      onHeadersRead(ctx, streamId, headers, padding, endStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endStream) {
      GrpcCall call = calls.get(streamId);
      if (call == null) {
        return;
      }
      call.onHeaders(headers, endStream);
      if (endStream) {
        ended(ctx, call);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
      int consumed = data.readableBytes() + padding;
      GrpcCall call = calls.get(streamId);
      if (call != null) {
        if (!call.onData(data)) {
          reset(ctx, call);
          call.fail(new NetException(Kind.TOO_LARGE, endpoint + ": response too large"));
        } else if (endOfStream) {
          if (!call.onPageEnd()) {
            call.fail(new NetException(Kind.PROTOCOL, endpoint + ": response without trailers"));
          }
          ended(ctx, call);
        }
      }
      return consumed;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
      GrpcCall call = calls.get(streamId);
      if (call != null) {
        forget(call);
        Http2Error error = Http2Error.valueOf(errorCode);
        call.fail(new NetException(Kind.CLOSED, endpoint + ": stream reset by peer, " + error));
      }
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
      leaveIdle(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    lastReadNanos = System.nanoTime();
    super.channelRead(ctx, message);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException http2Ex) {
    GrpcCall call = calls.get(http2Ex.streamId());
    if (call != null) {
      forget(call);
      call.fail(NetException.of(endpoint.toString(), http2Ex));
    }
    super.onStreamError(ctx, outbound, cause, http2Ex);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception http2Ex) {
    failAll(NetException.of(endpoint.toString(), http2Ex == null ? cause : http2Ex));
    super.onConnectionError(ctx, outbound, cause, http2Ex);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    failAll(NetException.of(endpoint.toString(), cause));
    ctx.close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    failAll(NetException.of(endpoint.toString(), null));
    super.channelInactive(ctx);
  }

  private void leave() {
    going = true;
    onGoing.run();
  }

  private void leaveIdle(ChannelHandlerContext ctx) {
    leave();
    if (calls.isEmpty()) {
      ctx.close();
    }
  }

  private void failAll(NetException reason) {
    if (gone == null) {
      gone = reason;
    }
    onGoing.run();
    var open = new ArrayList<>(calls.values());
    calls.clear();
    for (GrpcCall call : open) {
      call.fail(reason);
    }
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<GrpcConnection, Builder> {
    private final Endpoint endpoint;
    private final Map<String, String> metadata;
    private final int timeoutMillis;
    private final boolean gzip;

    Builder(Endpoint endpoint, Map<String, String> metadata, int timeoutMillis, boolean gzip) {
      this.endpoint = endpoint;
      this.metadata = metadata;
      this.timeoutMillis = timeoutMillis;
      this.gzip = gzip;
      server(false);
      initialSettings(
          Http2Settings.defaultSettings().pushEnabled(false).initialWindowSize(WINDOW_BYTES));
      encoderEnforceMaxConcurrentStreams(true);
      gracefulShutdownTimeoutMillis(0);
    }

    @Override
    protected GrpcConnection build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new GrpcConnection(
          decoder, encoder, settings, endpoint, metadata, timeoutMillis, gzip);
    }

    @Override
    protected GrpcConnection build() {
      return super.build();
    }
  }
}
