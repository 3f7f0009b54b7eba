package io.vigia.demo.guestbook;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Where the guestbook finds its neighbours.
 *
 * @param primary Redis that takes writes
 * @param replicas Redis servers that answer reads; never empty (the primary when none is named)
 * @param classifier full URL that takes a multipart {@code img}
 * @param classifierTimeout what a visitor waits for it at most
 */
record Settings(
    HostAndPort primary, List<HostAndPort> replicas, URI classifier, Duration classifierTimeout) {

  /**
   * Reads the settings by name.
   *
   * @param environment answers null for a name that is not set
   * @throws IllegalArgumentException naming the setting that is wrong and an example of a right one
   */
  static Settings from(UnaryOperator<@Nullable String> environment) {
    HostAndPort primary =
        address("REDIS_PRIMARY", orElse(environment.apply("REDIS_PRIMARY"), "127.0.0.1:6379"));
    List<HostAndPort> replicas =
        Stream.of(orElse(environment.apply("REDIS_REPLICAS"), "").split(","))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(text -> address("REDIS_REPLICAS", text))
            .toList();
    return new Settings(
        primary,
        replicas.isEmpty() ? List.of(primary) : replicas,
        url(orElse(environment.apply("CLASSIFIER_URL"), "http://127.0.0.1:5000/predict")),
        millis(orElse(environment.apply("CLASSIFIER_TIMEOUT_MILLIS"), "2000")));
  }

  private static HostAndPort address(String name, String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0 && text.substring(colon + 1).matches("\\d{1,5}")) {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 1 && port <= 65_535) {
        return new HostAndPort(text.substring(0, colon), port);
      }
    }
    throw new IllegalArgumentException(name + " must look like 127.0.0.1:6379, not '" + text + "'");
  }

  private static URI url(String text) {
    try {
      URI uri = URI.create(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "CLASSIFIER_URL must look like http://127.0.0.1:5000/predict, not '" + text + "'");
  }

  private static Duration millis(String text) {
    if (text.matches("\\d{1,6}") && Integer.parseInt(text) > 0) {
      return Duration.ofMillis(Integer.parseInt(text));
    }
    throw new IllegalArgumentException(
        "CLASSIFIER_TIMEOUT_MILLIS must be a number of milliseconds from 1 to 999999, not '"
            + text
            + "'");
  }

  private static String orElse(@Nullable String value, String otherwise) {
    return value == null || value.isBlank() ? otherwise : value.strip();
  }
}
