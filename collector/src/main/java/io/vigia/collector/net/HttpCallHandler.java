package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.vigia.collector.net.HttpClient.HttpCall;
import io.vigia.collector.net.NetException.Kind;
import org.jspecify.annotations.Nullable;

/** One client connection: collects the answer of the one request that is on it. */
final class HttpCallHandler extends SimpleChannelInboundHandler<HttpObject> {
  private final HttpClient client;
  private @Nullable HttpCall call;
  private @Nullable HttpResponse head;
  private final AnswerBody body = new AnswerBody();
  private int served;
  private @Nullable Throwable cause;

  HttpCallHandler(HttpClient client) {
    this.client = client;
  }

  /** Takes the connection for a request; false when it is dead. On the event loop. */
  boolean begin(Channel channel, HttpCall next) {
    if (!channel.isActive() || call != null) {
      return false;
    }
    call = next;
    next.channel = channel;
    head = null;
    body.begin();
    return true;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    HttpCall current = call;
    if (message.decoderResult().isFailure()) {
      fail(
          new NetException(
              Kind.PROTOCOL,
              client.endpoint() + ": not HTTP: " + message.decoderResult().cause().getMessage()));
      ctx.close();
      return;
    }
    if (current == null) { // nobody asked: a confused peer
      ctx.close();
      return;
    }
    if (message instanceof HttpResponse response) {
      head = response;
      body.expect(HttpUtil.getContentLength(response, -1L));
    }
    if (message instanceof HttpContent content && head != null) {
      ByteBuf bytes = content.content();
      if (body.size() + bytes.readableBytes() > client.maxResponseBytes()) {
        fail(
            new NetException(
                Kind.TOO_LARGE,
                client.endpoint() + ": answer over " + client.maxResponseBytes() + " bytes"));
        ctx.close();
        return;
      }
      body.append(bytes);
      if (message instanceof LastHttpContent && head.status().code() >= 200) {
        complete(ctx, current, head);
      }
    }
  }

  private void complete(ChannelHandlerContext ctx, HttpCall current, HttpResponse response) {
    current.received = new HttpAnswer(response.status().code(), response.headers(), body.bytes());
    current.channel = null;
    call = null;
    served++;
    if (HttpUtil.isKeepAlive(response)) {
      client.release(ctx.channel());
    } else {
      ctx.close();
    }
    client.finish(current, null);
  }

  void fail(@Nullable Throwable failure) {
    HttpCall current = call;
    if (current == null) {
      return;
    }
    call = null;
    current.channel = null;
    boolean untouched = served > 0 && head == null && !(failure instanceof NetException);
    client.retryOrFail(current, untouched && client.resends(), failure);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    cause = failure;
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(cause);
    ctx.fireChannelInactive();
  }
}
