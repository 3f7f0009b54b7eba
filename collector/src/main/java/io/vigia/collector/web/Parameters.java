package io.vigia.collector.web;

import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.store.AttributeFilter;
import io.vigia.collector.store.TimeRange;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the query parameters of one request. A parameter nobody asked about is an error ({@link
 * #done}): a mistyped filter must not silently widen an answer.
 */
final class Parameters {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long DEFAULT_LOOKBACK_SECONDS = 900;

  private final HttpRequest request;
  private final TreeSet<String> known = new TreeSet<>();

  Parameters(HttpRequest request) {
    this.request = request;
  }

  @Nullable String text(String name) {
    known.add(name);
    if (request.query().getOrDefault(name, List.of()).size() > 1) {
      throw new IllegalArgumentException("parameter '" + name + "' is given twice");
    }
    return request.parameter(name);
  }

  String required(String name) {
    String value = text(name);
    if (value == null) {
      throw new IllegalArgumentException("parameter '" + name + "' is required");
    }
    return value;
  }

  List<String> list(String name) {
    known.add(name);
    return request.query().getOrDefault(name, List.of()).stream()
        .filter(v -> !v.isEmpty())
        .toList();
  }

  long number(String name, long otherwise) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "parameter '" + name + "' is not a whole number: " + value);
    }
  }

  int integer(String name, int otherwise) {
    long value = number(name, otherwise);
    if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("parameter '" + name + "' is out of bounds");
    }
    return (int) value;
  }

  boolean flag(String name) {
    String value = text(name);
    if (value != null && !List.of("true", "1", "false", "0").contains(value)) {
      throw new IllegalArgumentException("parameter '" + name + "' is true or false");
    }
    return value != null && (value.equals("true") || value.equals("1"));
  }

  List<AttributeFilter> attributes(String name) {
    return list(name).stream().map(AttributeFilter::parse).toList();
  }

  /** {@code fromMicros} and {@code toMicros}, or the last {@code lookbackSeconds}. */
  TimeRange range() {
    long now = System.currentTimeMillis() * 1000;
    long lookback = number("lookbackSeconds", DEFAULT_LOOKBACK_SECONDS);
    long to = number("toMicros", now + MICROS_PER_SECOND);
    long from = number("fromMicros", Math.max(0, to - lookback * MICROS_PER_SECOND));
    return new TimeRange(from, to);
  }

  /** To be called when every parameter was asked for. */
  void done() {
    for (String name : request.query().keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown parameter '" + name + "'; known: " + String.join(", ", known));
      }
    }
  }
}
