package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import io.vigia.collector.export.prometheus.MetricPoint.Number;
import io.vigia.collector.export.prometheus.MetricPoint.Summary;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes points as the plain series Prometheus stores: a name, labels, one number. */
interface SeriesSink {
  /** The value that says "this series ends here" (prometheus/model/value, StaleNaN). */
  double STALE = Double.longBitsToDouble(0x7ff0000000000002L);

  /**
   * @param extraLabel {@code le} or {@code quantile}, or null for none
   * @param extraValue its value, empty without it
   */
  void sample(
      String name,
      LabelSet labels,
      @Nullable String extraLabel,
      String extraValue,
      double value,
      long timestampMillis,
      @Nullable Exemplar exemplar);

  /** Takes a point apart. */
  static void flatten(MetricPoint point, SeriesSink sink) {
    if (point.value() instanceof Number number) {
      Exemplar newest = null;
      if (point.family().type() == MetricFamily.Type.COUNTER) {
        for (Exemplar exemplar : point.exemplars()) {
          newest = newer(newest, exemplar);
        }
      }
      plain(point, "", number.value(), newest, sink);
    } else if (point.value() instanceof Histogram histogram) {
      histogram(point, histogram, sink);
    } else if (point.value() instanceof Exponential exponential) {
      histogram(point, ExponentialBuckets.classic(exponential), sink);
    } else if (point.value() instanceof Summary summary) {
      for (int i = 0; i < summary.quantiles().length; i++) {
        sink.sample(
            point.family().name(),
            point.labels(),
            "quantile",
            LabelValues.number(summary.quantiles()[i]),
            point.stale() ? STALE : summary.values()[i],
            point.timestampMillis(),
            null);
      }
      plain(point, "_sum", summary.sum(), null, sink);
      plain(point, "_count", summary.count(), null, sink);
    }
  }

  private static void histogram(MetricPoint point, Histogram histogram, SeriesSink sink) {
    long cumulative = 0;
    double[] bounds = histogram.bounds();
    @Nullable Exemplar[] newest = newestByBucket(bounds, point.exemplars());
    for (int i = 0; i < bounds.length; i++) {
      cumulative += histogram.counts()[i];
      bucket(point, LabelValues.number(bounds[i]), cumulative, newest[i], sink);
    }
    bucket(point, "+Inf", histogram.count(), newest[bounds.length], sink);
    if (histogram.hasSum() || point.stale()) { // who says that it is gone says no sum
      plain(point, "_sum", histogram.sum(), null, sink);
    }
    plain(point, "_count", histogram.count(), null, sink);
  }

  private static @Nullable Exemplar[] newestByBucket(double[] bounds, List<Exemplar> exemplars) {
    @Nullable Exemplar[] newest = new Exemplar[bounds.length + 1];
    for (Exemplar exemplar : exemplars) {
      if (!Double.isNaN(exemplar.value())) {
        int at = Arrays.binarySearch(bounds, exemplar.value());
        int bucket = at < 0 ? -at - 1 : at;
        newest[bucket] = newer(newest[bucket], exemplar);
      }
    }
    return newest;
  }

  private static void bucket(
      MetricPoint point, String le, long count, @Nullable Exemplar exemplar, SeriesSink sink) {
    sink.sample(
        point.family().name() + "_bucket",
        point.labels(),
        "le",
        le,
        point.stale() ? STALE : count,
        point.timestampMillis(),
        exemplar);
  }

  private static void plain(
      MetricPoint point,
      String suffix,
      double value,
      @Nullable Exemplar exemplar,
      SeriesSink sink) {
    sink.sample(
        point.family().name() + suffix,
        point.labels(),
        null,
        "",
        point.stale() ? STALE : value,
        point.timestampMillis(),
        exemplar);
  }

  private static Exemplar newer(@Nullable Exemplar a, Exemplar b) {
    return a == null || b.timestampMillis() >= a.timestampMillis() ? b : a;
  }
}
