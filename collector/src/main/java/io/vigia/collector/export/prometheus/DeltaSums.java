package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import io.vigia.collector.export.prometheus.MetricPoint.Number;
import io.vigia.collector.export.prometheus.MetricPoint.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Adds delta points up, because Prometheus only knows totals. Sums begin at zero with the first
 * point after a start, which Prometheus sees as a counter reset. A point may be tried several times
 * until it is delivered but is added once: sums stay tentative until {@link #commit}. Not
 * thread-safe.
 */
final class DeltaSums {
  private record Key(String name, LabelSet labels) {}

  private record Sum(Value value, long startMillis) {}

  private record Step(int ordinal, Key key, Sum sum) {}

  private final Map<Key, Sum> sums;
  private final Map<Key, Sum> tentative = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /**
   * @param maxSeries the series not seen for longest is forgotten beyond
   */
  DeltaSums(int maxSeries) {
    sums =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Sum> eldest) {
            return size() > maxSeries;
          }
        };
  }

  /** The total up to and with this point. {@code ordinal} says when it is delivered. */
  MetricPoint add(MetricPoint delta, int ordinal) {
    if (delta.stale()) {
      return delta;
    }
    Key key = new Key(delta.family().name(), delta.labels());
    Sum before = tentative.get(key);
    if (before == null) {
      before = sums.get(key);
    }
    Value total = plus(before == null ? null : before.value, delta.value());
    Sum sum =
        before == null || total == delta.value() // could not be carried on: begins anew
            ? new Sum(total, delta.startMillis())
            : new Sum(total, before.startMillis);
    tentative.put(key, sum);
    steps.add(new Step(ordinal, key, sum));
    return new MetricPoint(
        delta.family(),
        delta.labels(),
        delta.timestampMillis(),
        sum.startMillis,
        false,
        total,
        delta.exemplars());
  }

  /** Keeps what was added with an ordinal that was delivered, forgets the rest. */
  void commit(IntPredicate delivered) {
    for (Step step : steps) {
      if (delivered.test(step.ordinal)) {
        sums.put(step.key, step.sum);
      }
    }
    steps.clear();
    tentative.clear();
  }

  private static Value plus(@Nullable Value before, Value delta) {
    if (before instanceof Number a && delta instanceof Number b) {
      return new Number(a.value() + b.value());
    }
    if (before instanceof Histogram a
        && delta instanceof Histogram b
        && Arrays.equals(a.bounds(), b.bounds())
        && a.counts().length == b.counts().length) {
      long[] counts = a.counts().clone();
      for (int i = 0; i < counts.length; i++) {
        counts[i] += b.counts()[i];
      }
      return new Histogram(
          b.bounds(), counts, a.count() + b.count(), b.hasSum(), a.sum() + b.sum());
    }
    if (before instanceof Exponential a && delta instanceof Exponential b) {
      return ExponentialBuckets.plus(a, b);
    }
    return delta;
  }
}
