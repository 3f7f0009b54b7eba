package io.vigia.collector.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections. Names are looked up anew (a restarted pod has another address), and
 * certificates read, on threads of their own because both block; all addresses of a name are tried
 * in turn. What is asked for while a look-up is under way gets what that finds: a name that takes
 * long occupies one thread, and delays no other destination.
 */
public final class Dialer {
  private static final int CONNECT_MILLIS = 5_000;

  /** One for each of so many destinations at once. Threads end when they are idle. */
  private static final int MAX_LOOKUPS = 16;

  private static final ExecutorService LOOKUPS =
      new ThreadPoolExecutor(
          0,
          MAX_LOOKUPS,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(1024),
          r -> {
            Thread thread = new Thread(r, "vigia-dns");
            thread.setDaemon(true);
            return thread;
          });

  static {
    ((ThreadPoolExecutor) LOOKUPS).setCorePoolSize(MAX_LOOKUPS);
    ((ThreadPoolExecutor) LOOKUPS).allowCoreThreadTimeOut(true);
  }

  private final Endpoint endpoint;
  private final @Nullable ClientTls tls;
  private final int connectMillis;
  private final Bootstrap bootstrap;
  private final Resolver resolver;

  /** What waits for the look-up that is under way. */
  private final ArrayDeque<Asked> asked = new ArrayDeque<>();

  private boolean looking;

  /** Finds the addresses of a name; blocks. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private record Asked(Consumer<Channel> handlers, CompletableFuture<Channel> result) {}

  /**
   * @param protocol the one ALPN protocol to offer ({@code h2}), or null
   */
  public Dialer(Endpoint endpoint, ClientOptions options, @Nullable String protocol) {
    this(endpoint, options, protocol, InetAddress::getAllByName);
  }

  /** For tests. */
  Dialer(Endpoint endpoint, ClientOptions options, @Nullable String protocol, Resolver resolver) {
    this.endpoint = endpoint;
    this.resolver = resolver;
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
    synchronized (asked) {
      asked.add(new Asked(handlers, result));
      if (looking) {
        return result;
      }
      looking = true;
    }
    try {
      LOOKUPS.execute(this::lookUp);
    } catch (RuntimeException | Error e) { // 1,024 look-ups wait already; no thread to be had
      failAll(e);
    }
    return result;
  }

  private void lookUp() {
    do {
      SslContext context = null;
      InetAddress[] addresses = {};
      Throwable failure = null;
      try {
        context = tls == null ? null : tls.context();
        addresses = resolver.addresses(endpoint.host());
      } catch (UnknownHostException | NetException | RuntimeException | Error e) {
        failure = e;
      }
      for (int left = waiting(); left > 0; left--) {
        Asked next = poll();
        if (next != null && failure == null) {
          connect(next, context, addresses);
        } else if (next != null) {
          next.result.completeExceptionally(failure);
        }
      }
    } while (goesOn());
  }

  private int waiting() {
    synchronized (asked) {
      return asked.size();
    }
  }

  private @Nullable Asked poll() {
    synchronized (asked) {
      return asked.poll();
    }
  }

  /** Whether somebody came after the look-up had ended: for those there is another. */
  private boolean goesOn() {
    synchronized (asked) {
      looking = !asked.isEmpty();
      return looking;
    }
  }

  /** There is no look-up. */
  private void failAll(Throwable why) {
    synchronized (asked) {
      looking = false;
    }
    for (int left = waiting(); left > 0; left--) {
      Asked next = poll();
      if (next != null) {
        next.result.completeExceptionally(why);
      }
    }
  }

  private void connect(Asked one, @Nullable SslContext context, InetAddress[] addresses) {
    try {
      Bootstrap ready = bootstrap.clone().handler(initializer(one.handlers, context));
      tryNext(ready, addresses, 0, one.result);
    } catch (RuntimeException | Error e) {
      one.result.completeExceptionally(e);
    }
  }

  private ChannelInitializer<Channel> initializer(
      Consumer<Channel> handlers, @Nullable SslContext context) {
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
                    result.completeExceptionally(whyNot(connected.cause()));
                  }
                });
  }

  /** No route, no network, no local port: not to be taken for the end of a connection. */
  private Throwable whyNot(Throwable cause) {
    if (!(cause instanceof SocketException) || cause instanceof ConnectException) {
      return cause;
    }
    String words = String.valueOf(cause.getMessage()).split(": ", 2)[0]; // the address is behind it
    return new NetException(NetException.Kind.UNREACHABLE, endpoint + ": " + words);
  }
}
