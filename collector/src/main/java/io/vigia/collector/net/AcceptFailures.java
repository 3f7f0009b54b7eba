package io.vigia.collector.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.vigia.collector.core.OpenFiles;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a listening channel's pipeline: says once that connections cannot be accepted, and
 * once that this is over. (Netty tries again each second, and would say it each time, with a stack
 * trace.)
 */
public final class AcceptFailures extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(AcceptFailures.class);

  /** At the limit one connection comes for each that goes: not two lines for each of them. */
  static final long OVER_AFTER_SECONDS = 10;

  private final String name;

  /** Null = nothing is wrong. Touched by the channel's thread. */
  private @Nullable Future<?> over;

  /**
   * @param name what listens, for messages
   */
  public AcceptFailures(String name) {
    this.name = name;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (over == null) {
      log.warn(
          "{}: no connection can be accepted: {}; those that are there go on, and it is tried again"
              + " each second",
          name,
          OpenFiles.withRemedy(cause));
    } else {
      over.cancel(false);
    }
    over = context.executor().schedule(this::over, OVER_AFTER_SECONDS, TimeUnit.SECONDS);
  }

  private void over() {
    over = null;
    log.info("{}: connections are accepted again", name);
  }
}
