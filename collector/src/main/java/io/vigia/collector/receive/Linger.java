package io.vigia.collector.receive;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The end of the pipeline that is next to the socket: knows when the peer was last heard.
 *
 * <p>Closes so that the last answer arrives. A socket that is closed with unread bytes in it is
 * reset, and a reset may overtake the answer; so the output is closed first, and what still comes
 * in is dropped until the peer closes too, for a moment at most. First in its pipeline. Source: RFC
 * 9112, section 9.6.
 */
final class Linger extends ChannelDuplexHandler {
  static final String NAME = "linger";

  private static final long LINGER_MILLIS = 1000;

  private boolean closing;
  private volatile long heardNanos = System.nanoTime();

  /** When the peer last sent something, as {@link System#nanoTime}. Any thread. */
  long heardNanos() {
    return heardNanos;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardNanos = System.nanoTime();
    if (closing) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (!ctx.channel().isActive() || !(ctx.channel() instanceof DuplexChannel channel)) {
      ctx.close(promise);
      return;
    }
    ChannelPromise done = promise.unvoid();
    channel.closeFuture().addListener(closed -> done.trySuccess());
    if (closing) {
      return;
    }
    closing = true;
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.shutdownOutput());
    channel.config().setAutoRead(true);
    var end = ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> end.cancel(false));
  }
}
