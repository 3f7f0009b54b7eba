package io.vigia.collector.net;

import io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * Listens until it is told to stop. Netty's own is closed for good by memory that ran out while a
 * connection was being accepted.
 */
public class ListeningChannel extends NioServerSocketChannel {
  @Override
  protected boolean closeOnReadError(Throwable cause) {
    return !isActive();
  }
}
