package io.vigia.collector.receive.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
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
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.Drain;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection: gRPC and OTLP/HTTP side by side, told apart by the content type. Sits on
 * Netty's connection handler, below frames-as-objects and stream channels: a unary call needs
 * neither.
 */
final class Http2Server extends Http2ConnectionHandler {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int MAX_STREAMS = 256;
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_RESETS_PER_WINDOW = 200;
  private static final long RESET_WINDOW_NANOS = 30_000_000_000L;
  private static final int MAX_PINGS_PER_WINDOW = 100;
  private static final long PING_WINDOW_NANOS = 10_000_000_000L;

  private final Intaker intaker;
  private final Http2Connection.PropertyKey callKey;
  private @Nullable Http2Answers answers;
  private String peer = "";

  private Http2Server(
      Intaker intaker,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings);
    this.intaker = intaker;
    this.callKey = connection().newKey();
    decoder.frameListener(new Frames());
    connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                ExportCall call = stream.getProperty(callKey);
                if (call != null) {
                  call.cancel();
                }
              }
            });
  }

  static Http2Server create(Intaker intaker) {
    return new Builder(intaker).build();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    answers = new Http2Answers(this, ctx);
    peer = Peer.of(ctx.channel());
    super.handlerAdded(ctx);
    // the whole connection's window; each stream's is in the settings
    decoder()
        .flowController()
        .incrementWindowSize(connection().connectionStream(), 3 * WINDOW_BYTES);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == Drain.NOW) {
      // GOAWAY with the last stream that will be answered; closed when no stream is left
      close(ctx, ctx.newPromise());
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private Http2Answers answers() {
    if (answers == null) {
      throw new IllegalStateException("not added");
    }
    return answers;
  }

  private final class Frames extends Http2FrameAdapter {
    private final Allowance pings = new Allowance(MAX_PINGS_PER_WINDOW, PING_WINDOW_NANOS);
    private final Allowance resets = new Allowance(MAX_RESETS_PER_WINDOW, RESET_WINDOW_NANOS);

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      answers().settings(settings);
    }

    /**
     * Answered by Netty; a flood ends the connection. One with each call is none: grpc-go measures
     * the way with the answers that it gets.
     */
    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      if (!pings.spend(System.nanoTime())) {
        intaker.metrics().malformed(Intaker.GRPC, "ping_flood");
        // these very words make a grpc-go or grpc-java client slow down
        throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too_many_pings");
      }
    }

    /**
     * Of a request that is there in full none is counted: a client whose deadlines are shorter than
     * the disk is slow today resets all its calls, and what they hold is within the budget of
     * memory. A flood (CVE-2023-44487) is of requests that are begun and left.
     */
    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
        throws Http2Exception {
      Http2Stream stream = connection().stream(streamId);
      boolean whole = stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE;
      if (!whole && !resets.spend(System.nanoTime())) {
        intaker.metrics().malformed(Intaker.GRPC, "reset_flood");
        throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too_many_resets");
      }
    }

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
      Http2Stream stream = connection().stream(streamId);
      if (stream == null) {
        return;
      }
      ExportCall call = stream.getProperty(callKey);
      if (call == null && stream.isTrailersReceived()) {
        return; // refused before
      }
      if (call == null) {
        call = begin(ctx, streamId, headers);
        if (call == null) {
          return;
        }
        stream.setProperty(callKey, call);
        pings.earn();
      }
      if (endStream) {
        answers().complete(streamId, call);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
      int consumed = data.readableBytes() + padding;
      Http2Stream stream = connection().stream(streamId);
      ExportCall call = stream == null ? null : stream.getProperty(callKey);
      if (call != null) {
        call.data(data, call instanceof GrpcCall grpc ? grpc.expectedBytes() : 0);
        if (endOfStream) {
          answers().complete(streamId, call);
        }
      }
      return consumed;
    }
  }

  private @Nullable ExportCall begin(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers) {
    CharSequence type = headers.get("content-type");
    if (type != null && type.length() >= 16 && isGrpc(type)) {
      return beginGrpc(ctx, streamId, headers);
    }
    HttpHead head =
        HttpHead.read(headers.method(), headers.path(), type, headers.get("content-encoding"));
    Answer stranger = intaker.unauthenticated(headers.get("authorization"));
    if (stranger != null) {
      head = head.refused(stranger);
    }
    Signal signal = head.signal();
    boolean json = head.json();
    if (signal == null) {
      refuse(Intaker.HTTP, head.refusal());
      answers().http(streamId, head.refusal(), json);
      return null;
    }
    return new HttpExportCall(
        intaker,
        ctx.executor(),
        signal,
        peer,
        head,
        answer -> answers().http(streamId, answer, json));
  }

  private @Nullable ExportCall beginGrpc(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers) {
    CharSequence path = headers.path();
    Signal signal = path == null ? null : Routes.grpc(path.toString());
    if (signal == null) {
      return refuseGrpc(streamId, Kind.NO_SUCH_METHOD, "unknown method " + path);
    }
    Answer stranger = intaker.unauthenticated(headers.get("authorization"));
    if (stranger != null) {
      return refuseGrpc(streamId, stranger.kind(), stranger.message());
    }
    Encoding encoding = Encoding.of(headers.get("grpc-encoding"));
    if (encoding == null) {
      return refuseGrpc(
          streamId, Kind.WRONG_ENCODING, "grpc-encoding must be one of " + Encoding.ACCEPTED);
    }
    GrpcCall call =
        new GrpcCall(intaker, ctx.executor(), signal, peer, answers(), streamId, encoding);
    long timeoutNanos = GrpcTimeout.nanos(headers.get("grpc-timeout"));
    if (timeoutNanos > 0) {
      call.deadlineNanos(System.nanoTime() + timeoutNanos);
    }
    return call;
  }

  private @Nullable ExportCall refuseGrpc(int streamId, Kind kind, String message) {
    Answer answer = Answer.of(kind, message);
    refuse(Intaker.GRPC, answer);
    answers().grpc(streamId, answer);
    return null;
  }

  private void refuse(String receiver, Answer answer) {
    intaker.metrics().malformed(receiver, answer.kind().name().toLowerCase(Locale.ROOT));
  }

  private static boolean isGrpc(CharSequence type) {
    return "application/grpc".contentEquals(type.subSequence(0, 16))
        && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Server, Builder> {
    private final Intaker intaker;

    Builder(Intaker intaker) {
      this.intaker = intaker;
      connection(newConnection());
      initialSettings(
          Http2Settings.defaultSettings()
              .initialWindowSize(WINDOW_BYTES)
              .maxConcurrentStreams(MAX_STREAMS)
              .maxHeaderListSize(MAX_HEADER_BYTES));
      decoderEnforceMaxRstFramesPerWindow(0, 0); // counted by Frames
      decoderEnforceMaxConsecutiveEmptyDataFrames(2);
      gracefulShutdownTimeoutMillis(5000);
    }

    /** Answers take turns: Netty's default keeps a tree of priorities, which RFC 9113 gave up. */
    private static Http2Connection newConnection() {
      Http2Connection connection = new DefaultHttp2Connection(/* server= */ true);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new UniformStreamByteDistributor(connection)));
      return connection;
    }

    @Override
    protected Http2Server build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Http2Server(intaker, decoder, encoder, settings);
    }

    @Override
    protected Http2Server build() {
      return super.build();
    }
  }
}
