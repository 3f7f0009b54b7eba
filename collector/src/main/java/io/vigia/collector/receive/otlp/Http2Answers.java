package io.vigia.collector.receive.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes answers to the streams of one HTTP/2 connection; flushes once for many. */
final class Http2Answers {
  private static final long RESET_MILLIS = 500;
  private static final AsciiString GRPC_TYPE = AsciiString.cached("application/grpc");
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final Http2Headers GRPC_OK =
      ReadOnlyHttp2Headers.serverHeaders(true, AsciiString.cached("200"), CONTENT_TYPE, GRPC_TYPE);
  private static final Http2Headers GRPC_TRAILERS_OK =
      ReadOnlyHttp2Headers.trailers(true, GRPC_STATUS, AsciiString.cached("0"));

  /** An uncompressed message of no bytes: {@code Export…ServiceResponse} without fields. */
  private static final ByteBuf EMPTY_MESSAGE =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer(5).writeZero(5)).asReadOnly();

  private final Http2ConnectionHandler handler;
  private final Http2ConnectionEncoder encoder;
  private final ChannelHandlerContext ctx;
  private boolean flushPending;

  /** Calls to be answered with OK at the next flush, all in one write. */
  private final List<Http2Stream> accepted = new ArrayList<>();

  /** Whether the peer left header compression alone, so that {@link GrpcOk} needs no preamble. */
  private boolean plainTable = true;

  /** The stream whose last frame is being handled: ended, though its state does not say so yet. */
  private int endingStreamId;

  Http2Answers(Http2ConnectionHandler handler, ChannelHandlerContext ctx) {
    this.handler = handler;
    this.encoder = handler.encoder();
    this.ctx = ctx;
  }

  /** Completes a call on its last frame. */
  void complete(int streamId, ExportCall call) {
    endingStreamId = streamId;
    call.complete();
    endingStreamId = 0;
  }

  /** The peer sent settings. */
  void settings(Http2Settings settings) {
    if (settings.headerTableSize() != null) {
      plainTable = false; // the next block of headers may have to begin with an update of the size
    }
  }

  void grpc(int streamId, Answer answer) {
    Http2Stream stream = handler.connection().stream(streamId);
    if (stream == null) {
      return; // cancelled meanwhile
    }
    if (answer.kind() == Kind.OK) {
      if (!stillOpen(stream)) {
        accepted.add(stream);
      } else {
        writeOk(streamId);
      }
    } else {
      Http2Headers headers =
          new DefaultHttp2Headers()
              .status("200")
              .set(CONTENT_TYPE, GRPC_TYPE)
              .set(GRPC_STATUS, Integer.toString(answer.kind().grpcStatus))
              .set("grpc-message", RpcStatus.grpcMessage(answer.message()));
      if (answer.kind() == Kind.WRONG_ENCODING) {
        headers.set("grpc-accept-encoding", Encoding.ACCEPTED);
      }
      if (answer.retryAfterMillis() > 0) {
        headers.set(
            "grpc-status-details-bin",
            Base64.getEncoder().withoutPadding().encodeToString(RpcStatus.protobuf(answer)));
      }
      encoder.writeHeaders(ctx, streamId, headers, 0, true, ctx.newPromise());
    }
    finish(stream);
  }

  void http(int streamId, Answer answer, boolean json) {
    Http2Stream stream = handler.connection().stream(streamId);
    if (stream == null) {
      return;
    }
    byte[] body = HttpAnswers.body(answer, json);
    Http2Headers headers =
        new DefaultHttp2Headers()
            .status(Integer.toString(answer.kind().httpStatus))
            .set(CONTENT_TYPE, HttpAnswers.contentType(json))
            .set("content-length", Integer.toString(body.length));
    HttpAnswers.extraHeaders(answer, headers::set);
    encoder.writeHeaders(ctx, streamId, headers, 0, false, ctx.newPromise());
    encoder.writeData(ctx, streamId, Unpooled.wrappedBuffer(body), 0, true, ctx.newPromise());
    finish(stream);
  }

  /**
   * An answer before the end of the request asks the sender to stop sending (RFC 9113, 8.1), but
   * not at once: clients such as the JDK's take the reset for a failure when it comes before they
   * have sent the little that is left.
   */
  private void finish(Http2Stream stream) {
    if (stillOpen(stream)) {
      ctx.executor().schedule(() -> reset(stream), RESET_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (!flushPending) {
      flushPending = true;
      ctx.executor().execute(this::flush);
    }
  }

  private void writeOk(int streamId) {
    encoder.writeHeaders(ctx, streamId, GRPC_OK, 0, false, ctx.newPromise());
    encoder.writeData(ctx, streamId, EMPTY_MESSAGE.duplicate(), 0, false, ctx.newPromise());
    encoder.writeHeaders(ctx, streamId, GRPC_TRAILERS_OK, 0, true, ctx.newPromise());
  }

  /**
   * Past the encoder, which would make six objects and three writes of each answer; what it keeps
   * account of (windows, states of streams) is done here as it does it.
   */
  private void writeAccepted() {
    ByteBuf frames = ctx.alloc().buffer(accepted.size() * GrpcOk.BYTES);
    List<Http2Stream> answered = new ArrayList<>(accepted.size());
    for (Http2Stream stream : accepted) {
      if (stream.state() == Http2Stream.State.CLOSED) {
        continue; // cancelled meanwhile
      }
      if (plainTable && tookWindow(stream)) {
        GrpcOk.write(frames, stream.id());
        answered.add(stream);
      } else {
        writeOk(stream.id());
      }
    }
    accepted.clear();
    ctx.write(frames)
        .addListener(
            (ChannelFutureListener)
                written -> answered.forEach(stream -> handler.closeStream(stream, written)));
  }

  /** False when the peer's flow control makes the answer wait. */
  private boolean tookWindow(Http2Stream stream) {
    Http2RemoteFlowController flow = encoder.flowController();
    Http2Stream connection = handler.connection().connectionStream();
    if (Math.min(flow.windowSize(stream), flow.windowSize(connection)) < GrpcOk.WINDOW_BYTES) {
      return false;
    }
    try {
      flow.incrementWindowSize(connection, -GrpcOk.WINDOW_BYTES);
      return true;
    } catch (Http2Exception e) {
      return false; // only an increase can fail
    }
  }

  /** Whether more of the request may come. */
  private boolean stillOpen(Http2Stream stream) {
    return stream.state().remoteSideOpen() && stream.id() != endingStreamId;
  }

  private void reset(Http2Stream stream) {
    if (stream.state().remoteSideOpen()) {
      handler.resetStream(ctx, stream.id(), Http2Error.NO_ERROR.code(), ctx.newPromise());
      handler.flush(ctx);
    }
  }

  private void flush() {
    flushPending = false;
    if (!accepted.isEmpty()) {
      writeAccepted();
    }
    handler.flush(ctx);
  }
}
