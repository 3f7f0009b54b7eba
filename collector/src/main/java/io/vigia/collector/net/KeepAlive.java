package io.vigia.collector.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import jdk.net.ExtendedSocketOptions;

/**
 * Has the operating system ask a silent peer whether it is still there. One that vanished without a
 * word (power, network, NAT) is noticed after {@value #IDLE_SECONDS} s of silence and {@value
 * #PROBES} questions, {@value #INTERVAL_SECONDS} s apart; by default only after two hours.
 *
 * <p>TCP's and not HTTP/2's pings: it works for every protocol, and gRPC servers hang up on clients
 * that ping without a call (grpc/proposal, A8 and A9).
 */
public final class KeepAlive {
  static final int IDLE_SECONDS = 60;
  static final int INTERVAL_SECONDS = 10;
  static final int PROBES = 6;

  private KeepAlive() {}

  /** Before or after it is connected; where a system does not know one, its own default stays. */
  public static void on(Channel socket) {
    socket.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    socket
        .config()
        .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
    socket
        .config()
        .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS);
    socket.config().setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
  }
}
