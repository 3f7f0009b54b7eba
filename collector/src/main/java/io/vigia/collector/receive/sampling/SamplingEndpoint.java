package io.vigia.collector.receive.sampling;

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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/**
 * {@code GET /sampling?service=NAME} of one HTTP/1.1 connection (Jaeger documentation, "Remote
 * Sampling", HTTP endpoint); everything else passes on untouched.
 */
public final class SamplingEndpoint extends ChannelInboundHandlerAdapter {
  private final Function<String, String> strategyOfService;
  private boolean answered;

  /**
   * @param strategyOfService gives JSON; called on the event loop, must be fast
   */
  public SamplingEndpoint(Function<String, String> strategyOfService) {
    this.strategyOfService = strategyOfService;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      answered = isOurs(request);
      if (answered) {
        answer(ctx, request);
      }
    }
    if (!answered) {
      ctx.fireChannelRead(message);
      return;
    }
    boolean last = message instanceof LastHttpContent;
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      ctx.close();
    }
    ReferenceCountUtil.release(message);
    if (last) {
      answered = false;
    }
  }

  private static boolean isOurs(HttpRequest request) {
    return request.decoderResult().isSuccess()
        && request.method().equals(HttpMethod.GET)
        && new QueryStringDecoder(request.uri()).rawPath().equals("/sampling");
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest request) {
    List<String> services =
        new QueryStringDecoder(request.uri()).parameters().getOrDefault("service", List.of());
    String service = services.size() == 1 ? services.get(0) : "";
    String body =
        service.isEmpty()
            ? "{\"error\":\"one service is required: /sampling?service=NAME\"}"
            : strategyOfService.apply(service);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            service.isEmpty() ? HttpResponseStatus.BAD_REQUEST : HttpResponseStatus.OK,
            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    HttpUtil.setContentLength(response, response.content().readableBytes());
    boolean keep = HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, keep);
    var written = ctx.writeAndFlush(response);
    if (!keep) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }
}
