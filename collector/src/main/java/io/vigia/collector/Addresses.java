package io.vigia.collector;

import io.netty.util.NetUtil;
import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.Listen;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses as people read them. */
final class Addresses {
  private Addresses() {}

  /** {@code 127.0.0.1:4317}, {@code [::1]:4317} (RFC 5952). */
  static String text(InetSocketAddress address) {
    return NetUtil.toSocketAddressString(address);
  }

  static String url(CollectorConfig.@Nullable Tls tls, InetSocketAddress address) {
    return (tls == null ? "http://" : "https://") + text(address);
  }

  /**
   * The settings that let other machines in, in the clear: {@code receivers.otlp.grpc
   * (0.0.0.0:4317)}.
   */
  static List<String> openToTheNetwork(CollectorConfig config) {
    List<String> open = new ArrayList<>();
    CollectorConfig.Otlp otlp = config.otlp();
    if (otlp != null && otlp.tls() == null) {
      add(open, otlp.grpc());
      add(open, otlp.http());
    }
    CollectorConfig.Forward forward = config.forward();
    if (forward != null && forward.tls() == null) {
      add(open, forward.listen());
    }
    CollectorConfig.Web web = config.web();
    if (web != null && web.tls() == null) {
      add(open, web.listen());
    }
    return open;
  }

  /** Whether it cannot be listened on both at the same time; port 0 counts as one. */
  static boolean meet(Listen one, @Nullable Listen other) {
    if (other == null || one.address().getPort() != other.address().getPort()) {
      return false;
    }
    return one.equals(other)
        || one.address().getPort() != 0
            && (one.address().getAddress().isAnyLocalAddress()
                || other.address().getAddress().isAnyLocalAddress());
  }

  private static void add(List<String> open, @Nullable Listen listen) {
    if (listen != null && !listen.address().getAddress().isLoopbackAddress()) {
      open.add(listen.where().path() + " (" + text(listen.address()) + ")");
    }
  }
}
