package io.vigia.collector.receive.otlp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request's head has begun and is not whole in time; what comes after the
 * head has the limits of the intake budget. Next to the HTTP/1.1 codec.
 */
final class HeadDeadline extends ChannelInboundHandlerAdapter {
  private final long timeoutMillis;
  private boolean inRequest;
  private boolean decoded;
  private @Nullable Future<?> deadline;

  HeadDeadline(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    decoded = true;
    disarm();
    if (message instanceof HttpRequest) {
      inRequest = true;
    }
    if (message instanceof LastHttpContent) {
      inRequest = false;
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!decoded && !inRequest && deadline == null) {
      deadline = ctx.executor().schedule(() -> ctx.close(), timeoutMillis, TimeUnit.MILLISECONDS);
    }
    decoded = false;
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    disarm();
    ctx.fireChannelInactive();
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
