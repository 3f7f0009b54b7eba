package io.vigia.collector.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Histogram points as they are read, by series and by time, of each step only what an answer by
 * steps needs: the last one of a total, the sum of deltas. All of them, with their buckets, may be
 * more than the heap. Not thread-safe.
 */
final class HistogramSteps {
  private final long originNanos;
  private final long stepNanos;
  private final Set<Long> deltas = new HashSet<>();
  private final Map<Long, List<MetricSql.Histogram>> bySeries = new TreeMap<>();
  private final Map<Long, LongStream.Builder> times = new TreeMap<>();

  /**
   * @param originNanos where a step begins
   */
  HistogramSteps(List<MetricSql.SeriesInfo> series, long originNanos, long stepNanos) {
    this.originNanos = originNanos;
    this.stepNanos = Math.max(1, stepNanos);
    for (MetricSql.SeriesInfo info : series) {
      if (!info.cumulative()) {
        deltas.add(info.id());
      }
    }
  }

  /** Takes the next point, by series and by time. */
  void add(MetricSql.Histogram point) {
    times.computeIfAbsent(point.series(), k -> LongStream.builder()).add(point.timeNanos());
    List<MetricSql.Histogram> own =
        bySeries.computeIfAbsent(point.series(), k -> new ArrayList<>());
    if (own.isEmpty() || !isAlike(own.get(own.size() - 1), point)) {
      own.add(point);
    } else if (deltas.contains(point.series())) {
      own.set(own.size() - 1, sum(own.get(own.size() - 1), point));
    } else if (goesOn(own, point)) {
      own.set(own.size() - 1, point);
    } else {
      own.add(point);
    }
  }

  /** Of the same step, with the same buckets. */
  private boolean isAlike(MetricSql.Histogram a, MetricSql.Histogram b) {
    return step(a) == step(b)
        && Arrays.equals(a.bounds(), b.bounds())
        && a.counts().length == b.counts().length;
  }

  /** Whether the total grew without beginning again, also to the last one from the one before. */
  private static boolean goesOn(List<MetricSql.Histogram> own, MetricSql.Histogram point) {
    int size = own.size();
    return size > 1
        && own.get(size - 2).count() <= own.get(size - 1).count()
        && own.get(size - 1).count() <= point.count();
  }

  private long step(MetricSql.Histogram point) {
    return Math.floorDiv(point.timeNanos() - originNanos, stepNanos);
  }

  private static MetricSql.Histogram sum(MetricSql.Histogram a, MetricSql.Histogram b) {
    long[] counts = a.counts().clone();
    for (int i = 0; i < counts.length; i++) {
      counts[i] += b.counts()[i];
    }
    return new MetricSql.Histogram(
        b.series(), b.timeNanos(), a.count() + b.count(), a.sum() + b.sum(), b.bounds(), counts);
  }

  List<MetricSql.Histogram> of(long series) {
    return bySeries.getOrDefault(series, List.of());
  }

  /** When there were points, by series. */
  List<long[]> times() {
    return times.values().stream().map(all -> all.build().toArray()).toList();
  }
}
