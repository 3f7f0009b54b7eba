package io.vigia.collector.store;

import java.util.Map;
import java.util.TreeMap;

/**
 * A distribution put together from histogram points, also of different bounds. Not thread-safe.
 *
 * <p>Percentiles are interpolated linearly within a bucket, as Prometheus' {@code
 * histogram_quantile} does; the first bucket is taken to begin at 0, and what is above the highest
 * bound counts as that bound.
 */
final class Buckets {
  private final TreeMap<Double, Long> byUpperBound = new TreeMap<>();
  private long count;
  private double sum;

  void add(double[] bounds, long[] counts, long points, double total) {
    count += points;
    sum += total;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        byUpperBound.merge(i < bounds.length ? bounds[i] : Double.MAX_VALUE, counts[i], Long::sum);
      }
      // an empty bucket still says where its neighbour begins
      if (i < bounds.length) {
        byUpperBound.putIfAbsent(bounds[i], 0L);
      }
    }
  }

  long count() {
    return count;
  }

  double mean() {
    return count == 0 ? Double.NaN : sum / count;
  }

  /** The value below which {@code quantile} (0 to 1) of the points are, or NaN when unknown. */
  double quantile(double quantile) {
    long total = byUpperBound.values().stream().mapToLong(Long::longValue).sum();
    if (total == 0) {
      return Double.NaN;
    }
    double rank = quantile * total;
    double below = 0;
    double lower = 0;
    for (Map.Entry<Double, Long> bucket : byUpperBound.entrySet()) {
      double upper = bucket.getKey();
      if (bucket.getValue() > 0 && below + bucket.getValue() >= rank) {
        if (upper == Double.MAX_VALUE) {
          return lower;
        }
        double from = Math.min(lower, upper);
        return from + (upper - from) * Math.max(0, (rank - below) / bucket.getValue());
      }
      below += bucket.getValue();
      lower = upper;
    }
    return lower;
  }
}
