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

  /** What was added between one point and the next. */
  List<MetricSql.Histogram> increases(MetricSql.SeriesInfo info) {
    List<MetricSql.Histogram> points = of(info.id());
    if (!info.cumulative()) {
      return points;
    }
    List<MetricSql.Histogram> increases = new ArrayList<>();
    MetricSql.Histogram before = null;
    for (MetricSql.Histogram point : points) {
      if (before != null) {
        boolean goesOn =
            point.count() >= before.count() && Arrays.equals(point.bounds(), before.bounds());
        long[] counts = point.counts().clone();
        for (int i = 0; goesOn && i < counts.length; i++) {
          counts[i] = Math.max(0, counts[i] - before.counts()[i]);
        }
        increases.add(
            new MetricSql.Histogram(
                point.series(),
                point.timeNanos(),
                goesOn ? point.count() - before.count() : point.count(),
                goesOn ? point.sum() - before.sum() : point.sum(),
                point.bounds(),
                counts));
      }
      before = point;
    }
    return increases;
  }

  /** When there were points, by series. */
  List<long[]> times() {
    return times.values().stream().map(all -> all.build().toArray()).toList();
  }
}
