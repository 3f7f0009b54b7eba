package io.vigia.collector.receive;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vigia.collector.net.EventLoops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One listening TCP port and its connections, of which there are at most so many. */
public final class TcpListener {
  private final Channel channel;
  private final ChannelGroup connections;
  private final AtomicBoolean draining;
  private long drainNanos;

  private TcpListener(Channel channel, ChannelGroup connections, AtomicBoolean draining) {
    this.channel = channel;
    this.connections = connections;
    this.draining = draining;
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
    AtomicBoolean draining = new AtomicBoolean();
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
                    connection.pipeline().addLast(new Linger());
                    initializer.accept(connection);
                    if (draining.get()) {
                      connection.pipeline().fireUserEventTriggered(Drain.NOW);
                    }
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
    return new TcpListener(bind.channel(), connections, draining);
  }

  /** Where it listens, with the real port when 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  public ChannelGroup connections() {
    return connections;
  }

  /** No new connections; those that are there are told to finish. Returns at once. */
  public synchronized void drain() {
    if (draining.getAndSet(true)) {
      return;
    }
    drainNanos = System.nanoTime();
    channel.close();
    for (Channel connection : connections) {
      connection.pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }

  /**
   * Drains, and cuts the connections that are not done.
   *
   * @param graceMillis counted from {@link #drain}
   */
  public void close(long graceMillis) {
    drain();
    long passedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - drainNanos);
    channel.closeFuture().awaitUninterruptibly(1, TimeUnit.SECONDS);
    ChannelGroupFuture closed = connections.newCloseFuture();
    closed.awaitUninterruptibly(Math.max(0, graceMillis - passedMillis));
    for (Channel connection : connections) {
      // below the handlers, which would wait
      connection
          .eventLoop()
          .execute(() -> connection.unsafe().close(connection.unsafe().voidPromise()));
    }
    closed.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
