package io.vigia.collector.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections. Names are looked up anew for each (a restarted pod has another address), and
 * certificates read, on threads of their own because both block; all addresses of a name are tried
 * in turn.
 */
public final class Dialer {
  private static final int CONNECT_MILLIS = 5_000;
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
  private final @Nullable ClientTls tls;
  private final int connectMillis;
  private final Bootstrap bootstrap;

  /**
   * @param protocol the one ALPN protocol to offer ({@code h2}), or null
   */
  public Dialer(Endpoint endpoint, ClientOptions options, @Nullable String protocol) {
    this.endpoint = endpoint;
    this.tls = endpoint.tls() ? new ClientTls(options.tls(), endpoint, protocol) : null;
    this.connectMillis = Math.min(CONNECT_MILLIS, options.timeoutMillis());
    this.bootstrap =
        new Bootstrap()
            .group(EventLoops.shared())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, EventLoops.ALLOCATOR)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .option(ChannelOption.TCP_NODELAY, true);
  }

  /**
   * Whether certificates were rotated since this connection was made: it is to be used no more, and
   * closed when what is open on it has ended. Does not block.
   */
  public boolean outdated(Channel channel) {
    try {
      return tls != null && tls.outdated(channel, LOOKUPS);
    } catch (RejectedExecutionException e) { // 1,024 look-ups are waiting already
      return false;
    }
  }

  /**
   * Fails with whatever the last address answered. Completes in every case: whoever waits for a
   * connection that nobody makes any more would do so for ever.
   *
   * @param handlers adds the handlers that come after TLS
   */
  public CompletableFuture<Channel> connect(Consumer<Channel> handlers) {
    CompletableFuture<Channel> result = new CompletableFuture<>();
    try {
      LOOKUPS.execute(
          () -> {
            try {
              Bootstrap ready = bootstrap.clone().handler(initializer(handlers));
              tryNext(ready, InetAddress.getAllByName(endpoint.host()), 0, result);
            } catch (UnknownHostException | NetException | RuntimeException | Error e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RuntimeException | Error e) { // 1,024 look-ups wait already; no thread to be had
      result.completeExceptionally(e);
    }
    return result;
  }

  private ChannelInitializer<Channel> initializer(Consumer<Channel> handlers) throws NetException {
    SslContext context = tls == null ? null : tls.context();
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        KeepAlive.on(channel);
        if (tls != null && context != null) {
          channel.pipeline().addLast(tls.handler(context, channel, connectMillis));
        }
        handlers.accept(channel);
      }
    };
  }

  private void tryNext(
      Bootstrap bootstrap, InetAddress[] addresses, int index, CompletableFuture<Channel> result) {
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
                    try {
                      tryNext(bootstrap, addresses, index + 1, result);
                    } catch (RuntimeException | Error e) {
                      result.completeExceptionally(e);
                    }
                  } else {
                    result.completeExceptionally(connected.cause());
                  }
                });
  }
}
