package io.vigia.collector.receive.otlp;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;

/** The sender's address as the envelope wants it. */
final class Peer {
  private Peer() {}

  static String of(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? NetUtil.toSocketAddressString(address)
        : "";
  }
}
