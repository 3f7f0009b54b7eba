package io.vigia.agent.extension.export;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The signals that have an address of their own ({@code otel.exporter.otlp.traces.endpoint}), as
 * the SDK's configuration says: properties, variables and its file. The SDK's senders by HTTP are
 * told a URL only, whose path may be any. Immutable.
 */
final class SignalAddresses {

  private static final String PREFIX = "otel.exporter.otlp.";

  /** Those of somebody else than the collector go first: what is doubtful is theirs. */
  private final List<String> signals = new ArrayList<>();

  private final List<URI> addresses = new ArrayList<>();

  /** So many of them have headers of their own, too. */
  private final int anothers;

  private SignalAddresses(Function<String, @Nullable String> config) {
    add(config, true);
    anothers = signals.size();
    add(config, false);
  }

  /**
   * @param config value of a setting of the SDK, or null
   */
  static SignalAddresses of(Function<String, @Nullable String> config) {
    return new SignalAddresses(config);
  }

  private void add(Function<String, @Nullable String> config, boolean withHeaders) {
    for (String signal : new String[] {"traces", "metrics", "logs"}) {
      String endpoint = config.apply(PREFIX + signal + ".endpoint");
      String headers = config.apply(PREFIX + signal + ".headers");
      if (endpoint != null && withHeaders == (headers != null)) {
        try {
          addresses.add(comparable(URI.create(endpoint.trim())));
          signals.add(signal);
        } catch (IllegalArgumentException e) {
          // the SDK says so
        }
      }
    }
  }

  /** The SDK adds the slash that is a path. */
  private static URI comparable(URI url) {
    return String.valueOf(url.getPath()).isEmpty() ? url.resolve("/") : url;
  }

  /** The signal that an address is set for, or null. */
  @Nullable String signal(URI url) {
    int at = addresses.indexOf(comparable(url));
    return at < 0 ? null : signals.get(at);
  }

  /** Whether it has headers of its own for its address: credentials of somebody else. */
  boolean isAnothers(String signal) {
    return signals.subList(0, anothers).contains(signal);
  }
}
