package io.vigia.collector.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Opens connections. Names are looked up anew for each (a restarted pod has another address), on
 * threads of their own because the JDK's look-up blocks; all addresses of a name are tried in turn.
 */
final class Dialer {
  private static final ExecutorService LOOKUPS =
      new ThreadPoolExecutor(
          0,
          4,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(1024),
          r -> {
            Thread thread = new Thread(r, "vigia-dns");
            thread.setDaemon(true);
            return thread;
          });

  static {
    ((ThreadPoolExecutor) LOOKUPS).setCorePoolSize(2);
    ((ThreadPoolExecutor) LOOKUPS).allowCoreThreadTimeOut(true);
  }

  private final Endpoint endpoint;
  private final Bootstrap bootstrap;

  Dialer(Endpoint endpoint, int connectTimeoutMillis, ChannelInitializer<Channel> initializer) {
    this.endpoint = endpoint;
    this.bootstrap =
        new Bootstrap()
            .group(EventLoops.shared())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(initializer);
  }

  /** Fails with whatever the last address answered. */
  CompletableFuture<Channel> connect() {
    CompletableFuture<Channel> result = new CompletableFuture<>();
    try {
      LOOKUPS.execute(
          () -> {
            try {
              tryNext(InetAddress.getAllByName(endpoint.host()), 0, result);
            } catch (UnknownHostException | RuntimeException e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RuntimeException e) { // 1,024 look-ups are waiting already
      result.completeExceptionally(e);
    }
    return result;
  }

  private void tryNext(InetAddress[] addresses, int index, CompletableFuture<Channel> result) {
    bootstrap
        .connect(new InetSocketAddress(addresses[index], endpoint.port()))
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    if (!result.complete(connected.channel())) {
                      connected.channel().close();
                    }
                  } else if (index + 1 < addresses.length) {
                    tryNext(addresses, index + 1, result);
                  } else {
                    result.completeExceptionally(connected.cause());
                  }
                });
  }
}
