package io.vigia.collector.receive;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vigia.collector.net.EventLoops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One listening TCP port and its connections, of which there are at most so many. */
public final class TcpListener implements AutoCloseable {
  private final Channel channel;
  private final ChannelGroup connections;

  private TcpListener(Channel channel, ChannelGroup connections) {
    this.channel = channel;
    this.connections = connections;
  }

  /**
   * @param name of the receiver, for the message
   * @param initializer fills the pipeline of each accepted connection
   * @param tooMany told of each connection that was closed at once
   */
  public static TcpListener bind(
      String name,
      InetSocketAddress address,
      int maxConnections,
      Consumer<SocketChannel> initializer,
      Runnable tooMany)
      throws IOException {
    ChannelGroup connections = new DefaultChannelGroup(name, GlobalEventExecutor.INSTANCE, true);
    ChannelFuture bind =
        new ServerBootstrap()
            .group(EventLoops.shared())
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    if (connections.size() >= maxConnections) {
                      tooMany.run();
                      connection.close();
                      return;
                    }
                    connections.add(connection);
                    initializer.accept(connection);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bind.isSuccess()) {
      throw new IOException(
          name
              + ": cannot listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + " ("
              + bind.cause().getMessage()
              + "); stop what uses the port or choose another",
          bind.cause());
    }
    return new TcpListener(bind.channel(), connections);
  }

  /** Where it listens, with the real port when 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  public ChannelGroup connections() {
    return connections;
  }

  /** No new connections. */
  public void stopAccepting() {
    channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /** Stops accepting and closes every connection. */
  @Override
  public void close() {
    stopAccepting();
    connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
