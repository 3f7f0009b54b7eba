package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vigia.collector.LogLines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A port whose connections cannot be accepted for a while. */
class ListeningChannelTest {
  private static final String NONE = "no connection can be accepted";
  private static final String AGAIN = "connections are accepted again";

  private final AtomicInteger failures = new AtomicInteger(1);

  /** Lacks memory as often as {@link #failures} says. */
  private final class Scarce extends ListeningChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      if (failures.getAndDecrement() > 0) {
        throw new OutOfMemoryError("for a test");
      }
      return super.doReadMessages(accepted);
    }
  }

  @Test
  void memoryThatRanOutOnceDoesNotCloseThePort() throws Exception {
    Channel listening =
        new ServerBootstrap()
            .group(EventLoops.shared())
            .channelFactory(Scarce::new)
            .childHandler(new Greeting())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    listening.pipeline().addLast(new AcceptFailures("test"));
    int port = ((InetSocketAddress) listening.localAddress()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      assertThat(socket.getInputStream().read()).isEqualTo('a');
    } finally {
      listening.close().sync();
    }
  }

  /** Says one byte to whoever comes. */
  @ChannelHandler.Sharable
  private static final class Greeting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(context.alloc().buffer(1).writeByte('a'));
    }
  }

  @Test
  void thatNoneCanBeAcceptedIsSaidOnceAndThatItIsOverToo() {
    try (LogLines lines = new LogLines(AcceptFailures.class)) {
      EmbeddedChannel channel = new EmbeddedChannel(new AcceptFailures("receivers.forward"));
      channel.freezeTime();
      for (int i = 0; i < 30; i++) {
        channel.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
      }
      assertThat(lines.with(NONE)).hasSize(1);
      assertThat(lines.with(NONE).get(0)).contains("receivers.forward").contains("ulimit -n");
      assertThat(lines.with(AGAIN)).isEmpty();
      channel.advanceTimeBy(AcceptFailures.OVER_AFTER_SECONDS, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
      assertThat(lines.with(AGAIN)).hasSize(1);
      channel.pipeline().fireExceptionCaught(new IOException("Too many open files"));
      assertThat(lines.with(NONE)).hasSize(2);
    }
  }
}
