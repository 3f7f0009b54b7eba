package io.vigia.tests.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What one run of an application under one agent gave. Not thread-safe. */
final class AgentFigures {
  /** What is measured, with its unit. */
  enum Figure {
    START_MILLIS("start, ms"),
    START_CPU_MILLIS("CPU until started, ms"),
    RESIDENT_MB("resident, MB"),
    COLLECTED_RESIDENT_MB("resident after a forced GC, MB"),
    ALLOCATED_MB("allocated in all, MB"),
    REQUEST_CPU_MICROS("CPU for a request, µs"),
    REQUEST_CPU_WITHOUT_JIT_MICROS("CPU for a request without the JIT compiler, µs"),
    P50_MILLIS("p50, ms"),
    P95_MILLIS("p95, ms");

    final String title;

    Figure(String title) {
      this.title = title;
    }

    /** Latency: what counts is by how much it is more than without an agent. */
    boolean isLatency() {
      return this == P50_MILLIS || this == P95_MILLIS;
    }
  }

  private final Map<Figure, Double> values = new EnumMap<>(Figure.class);

  void put(Figure figure, double value) {
    values.put(figure, value);
  }

  /** NaN for what was not measured. */
  double of(Figure figure) {
    return values.getOrDefault(figure, Double.NaN);
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(e -> "%s %.1f".formatted(e.getKey().title, e.getValue()))
        .collect(Collectors.joining("; "));
  }
}
