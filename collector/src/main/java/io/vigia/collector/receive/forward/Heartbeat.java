package io.vigia.collector.receive.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.vigia.collector.net.EventLoops;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers UDP heartbeats with one zero byte. Source: Forward Protocol Specification v1, "Heartbeat
 * Message".
 */
final class Heartbeat extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger log = LoggerFactory.getLogger(ForwardReceiver.class);

  private Heartbeat() {}

  /** Null, with a line in the log, when the port cannot be had: heartbeats are a courtesy. */
  static @Nullable Channel bind(InetSocketAddress address) {
    ChannelFuture bind =
        new Bootstrap()
            .group(EventLoops.shared())
            .channel(NioDatagramChannel.class)
            .handler(new Heartbeat())
            .bind(address)
            .awaitUninterruptibly();
    if (!bind.isSuccess()) {
      log.warn("forward: no UDP heartbeat on {} ({})", address, bind.cause().getMessage());
      return null;
    }
    return bind.channel();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket beat) {
    ctx.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(new byte[1]), beat.sender()));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("forward heartbeat", cause);
  }
}
