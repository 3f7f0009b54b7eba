package io.vigia.collector.receive.otlp;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.Drain;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection: one request at a time, pipelined ones wait unread (the {@code
 * FlowControlHandler} before this one holds them back).
 */
final class Http1Server extends SimpleChannelInboundHandler<HttpObject> {
  private final Intaker intaker;
  private @Nullable ExportCall call;
  private int expectedBytes;
  private boolean keepAlive;

  /** No request after this one. */
  private boolean draining;

  /** Whether the socket has not taken the last answer yet. */
  private boolean writing;

  private boolean goingOn;

  /** Whether the current request has been read to its end. */
  private boolean wholeRequest = true;

  Http1Server(Intaker intaker) {
    this.intaker = intaker;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message.decoderResult().isFailure()) {
      intaker.metrics().malformed(Intaker.HTTP, "http");
      keepAlive = false;
      respond(ctx, Answer.of(Kind.BROKEN, "not HTTP"), true);
      return;
    }
    if (message instanceof HttpRequest request) {
      wholeRequest = false;
      begin(ctx, request);
    }
    if (message instanceof HttpContent content) {
      boolean last = message instanceof LastHttpContent;
      wholeRequest |= last;
      if (last) {
        ctx.channel().config().setAutoRead(false);
      }
      if (call != null) {
        if (content.content().isReadable()) {
          call.data(content.content(), expectedBytes);
        }
        if (last && call != null) {
          call.complete();
        }
      } else if (last) {
        readOn(ctx);
      }
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    keepAlive = HttpUtil.isKeepAlive(request);
    HttpHead head =
        HttpHead.read(
            request.method().asciiName(),
            request.uri(),
            request.headers().get(HttpHeaderNames.CONTENT_TYPE),
            request.headers().get(HttpHeaderNames.CONTENT_ENCODING));
    Answer stranger = intaker.unauthenticated(request.headers().get(HttpHeaderNames.AUTHORIZATION));
    if (stranger != null) {
      head = head.refused(stranger);
    }
    long length = HttpUtil.getContentLength(request, 0L);
    Signal signal = head.signal();
    if (signal == null || length > intaker.maxMessageBytes()) {
      Answer refusal =
          signal == null
              ? head.refusal()
              : Answer.of(
                  Kind.TOO_LARGE,
                  "a body of " + length + " bytes; at most " + intaker.maxMessageBytes());
      intaker.metrics().malformed(Intaker.HTTP, refusal.kind().name().toLowerCase(Locale.ROOT));
      if (length > 0 || HttpUtil.isTransferEncodingChunked(request)) {
        keepAlive = false; // the body is not worth reading
      } else {
        wholeRequest = true;
      }
      respond(ctx, refusal, head.json());
      return;
    }
    expectedBytes = (int) length;
    if (HttpUtil.is100ContinueExpected(request)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    boolean json = head.json();
    call =
        new HttpExportCall(
            intaker,
            ctx.executor(),
            signal,
            Peer.of(ctx.channel()),
            head,
            answer -> respond(ctx, answer, json));
  }

  private void respond(ChannelHandlerContext ctx, Answer answer, boolean json) {
    call = null;
    byte[] body = HttpAnswers.body(answer, json);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.kind().httpStatus),
            Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpAnswers.contentType(json));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    HttpAnswers.extraHeaders(answer, response.headers()::set);
    boolean keep = keepAlive && !draining && (wholeRequest || answer.kind() == Kind.OK);
    HttpUtil.setKeepAlive(response, keep);
    writing = keep;
    ChannelFuture written = ctx.writeAndFlush(response);
    if (!keep) {
      written.addListener((ChannelFutureListener) done -> ctx.close());
    } else {
      written.addListener(
          (ChannelFutureListener)
              done -> {
                writing = false;
                readOn(ctx);
              });
    }
  }

  /** Goes on to the next request once the answer left: a sender that takes none is not read. */
  private void readOn(ChannelHandlerContext ctx) {
    if (!goingOn) {
      goingOn = true;
      ctx.executor().execute(() -> next(ctx));
    }
  }

  private void next(ChannelHandlerContext ctx) {
    goingOn = false;
    if (call == null && wholeRequest && !writing) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      draining = true;
      if (call == null) {
        ctx.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (call != null) {
      call.cancel();
      call = null;
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
