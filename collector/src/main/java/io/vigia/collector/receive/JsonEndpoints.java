package io.vigia.collector.receive;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import io.vigia.collector.receive.JsonEndpoint.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one HTTP/1.1 connection; what is not for them passes on untouched. One request
 * at a time: behind a {@code FlowControlHandler}, which holds back the next one until this one is
 * answered.
 */
public final class JsonEndpoints extends ChannelInboundHandlerAdapter {
  private final List<JsonEndpoint> endpoints;

  /** Whose request is being read. */
  private @Nullable JsonEndpoint asked;

  private String uri = "";
  private boolean keepAlive;
  private boolean answering;

  public JsonEndpoints(List<JsonEndpoint> endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      asked = endpoint(request);
      uri = request.uri();
      keepAlive = HttpUtil.isKeepAlive(request);
    }
    if (asked == null) {
      ctx.fireChannelRead(message);
      return;
    }
    ReferenceCountUtil.release(message);
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      asked = null;
      ctx.close();
    } else if (message instanceof LastHttpContent) {
      ask(ctx, asked);
      asked = null;
    }
  }

  private @Nullable JsonEndpoint endpoint(HttpRequest request) {
    if (!request.decoderResult().isSuccess() || !request.method().equals(HttpMethod.GET)) {
      return null;
    }
    String path = new QueryStringDecoder(request.uri()).rawPath();
    return endpoints.stream().filter(each -> each.path().equals(path)).findFirst().orElse(null);
  }

  private void ask(ChannelHandlerContext ctx, JsonEndpoint endpoint) {
    answering = true;
    ctx.channel().config().setAutoRead(false);
    CompletionStage<Answer> coming = endpoint.answer(new QueryStringDecoder(uri).parameters());
    var unused =
        coming.whenComplete(
            (answer, failure) -> {
              if (ctx.executor().inEventLoop()) {
                respond(ctx, answer, failure);
              } else {
                ctx.executor().execute(() -> respond(ctx, answer, failure));
              }
            });
  }

  private void respond(
      ChannelHandlerContext ctx, @Nullable Answer answer, @Nullable Throwable failure) {
    answering = false;
    if (answer == null) {
      ctx.fireExceptionCaught(
          failure != null ? failure : new IllegalStateException("no answer to " + uri));
      return;
    }
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            answer.status(),
            Unpooled.wrappedBuffer(answer.json().getBytes(StandardCharsets.UTF_8)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = ctx.writeAndFlush(response);
    if (keepAlive) { // once the answer left: who takes none is not read
      written.addListener(
          done -> ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true)));
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** A connection that is to go is closed by the handler behind, or here with its last answer. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW && answering) {
      keepAlive = false;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }
}
