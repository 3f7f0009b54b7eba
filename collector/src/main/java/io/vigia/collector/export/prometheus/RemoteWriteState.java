package io.vigia.collector.export.prometheus;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What lives longer than a batch. Used by one batch at a time. */
final class RemoteWriteState {
  private static final int MAX_DELTA_SERIES = 100_000;
  private static final int MAX_FAMILIES = 10_000;
  private static final long DESCRIBE_AGAIN_NANOS = 60_000_000_000L;

  final PointConverter converter;
  final DeltaSums deltas = new DeltaSums(MAX_DELTA_SERIES);
  final Negotiation negotiation;

  /** Points since the server last took one. */
  long refusedInARow;

  private final Map<String, Long> described =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_FAMILIES;
        }
      };

  RemoteWriteState(boolean scopeLabels, Negotiation negotiation) {
    this.converter = new PointConverter(scopeLabels);
    this.negotiation = negotiation;
  }

  /** Adds the metadata of the families that were not described for a minute. */
  void describe(Iterable<MetricPoint> points, WriteRequest request) {
    long now = System.nanoTime();
    Map<String, MetricFamily> families = new HashMap<>();
    for (MetricPoint point : points) {
      families.put(point.family().name(), point.family());
    }
    families.forEach(
        (name, family) -> {
          Long before = described.get(name);
          if (before == null || now - before > DESCRIBE_AGAIN_NANOS) {
            described.put(name, now);
            request.describe(family);
          }
        });
  }
}
