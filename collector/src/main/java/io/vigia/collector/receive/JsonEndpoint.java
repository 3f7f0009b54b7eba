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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Answers {@code GET} of one path with JSON, on an HTTP/1.1 connection; everything else passes on
 * untouched.
 */
public abstract class JsonEndpoint extends ChannelInboundHandlerAdapter {
  private final String path;
  private boolean answered;

  protected JsonEndpoint(String path) {
    this.path = path;
  }

  /**
   * Called on the event loop, must be fast.
   *
   * @param parameters of the query
   */
  protected abstract Answer answer(Map<String, List<String>> parameters);

  /**
   * What is answered.
   *
   * @param json an object
   */
  public record Answer(HttpResponseStatus status, String json) {}

  /** The value of a parameter that is there once, or an empty string. */
  protected static String one(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    return values.size() == 1 ? values.get(0) : "";
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

  private boolean isOurs(HttpRequest request) {
    return request.decoderResult().isSuccess()
        && request.method().equals(HttpMethod.GET)
        && new QueryStringDecoder(request.uri()).rawPath().equals(path);
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest request) {
    Answer answer = answer(new QueryStringDecoder(request.uri()).parameters());
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            answer.status(),
            Unpooled.wrappedBuffer(answer.json().getBytes(StandardCharsets.UTF_8)));
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
