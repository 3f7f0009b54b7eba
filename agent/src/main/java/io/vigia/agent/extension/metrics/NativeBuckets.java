package io.vigia.agent.extension.metrics;

import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Buckets of a native histogram as those of an exponential one (OpenTelemetry specification,
 * "Prometheus and OpenMetrics Compatibility", native histograms): the schema is the scale, and a
 * bucket is counted by where it begins instead of where it ends. The sparse buckets become dense;
 * where that would be too many, two neighbours become one as often as is needed.
 */
final class NativeBuckets {

  /** Twice what one histogram of prometheus-metrics has by default, gaps included. */
  static final int MAX_BUCKETS = 320;

  /**
   * The greatest scale, at most the schema, at which neither side has more than {@link
   * #MAX_BUCKETS}.
   */
  static int scale(Family.NativePoint point) {
    int scale = point.schema;
    while (width(point.positive, point.schema - scale) > MAX_BUCKETS
        || width(point.negative, point.schema - scale) > MAX_BUCKETS) {
      scale--;
    }
    return scale;
  }

  private static long width(SortedMap<Integer, Long> buckets, int halvings) {
    return buckets.isEmpty()
        ? 0
        : (long) index(buckets.lastKey(), halvings) - index(buckets.firstKey(), halvings) + 1;
  }

  /** Of bucket {@code i}, (b^(i-1), b^i], after its range was doubled so many times. */
  private static int index(int bucket, int halvings) {
    return (bucket - 1) >> halvings;
  }

  static ExponentialHistogramBuckets dense(
      SortedMap<Integer, Long> buckets, int schema, int scale) {
    TreeMap<Integer, Long> merged = new TreeMap<>();
    buckets.forEach(
        (bucket, count) -> merged.merge(index(bucket, schema - scale), count, Long::sum));
    List<Long> counts = new ArrayList<>();
    int offset = merged.isEmpty() ? 0 : merged.firstKey();
    merged.forEach(
        (index, count) -> {
          while (counts.size() < index - offset) {
            counts.add(0L);
          }
          counts.add(count);
        });
    return ImmutableExponentialHistogramBuckets.create(scale, offset, counts);
  }

  private NativeBuckets() {}
}
