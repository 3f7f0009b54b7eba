package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import io.vigia.collector.export.prometheus.MetricPoint.Number;
import io.vigia.collector.export.prometheus.MetricPoint.Summary;
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
    double lower = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bounds.length; i++) {
      cumulative += histogram.counts()[i];
      bucket(point, LabelValues.number(bounds[i]), cumulative, lower, bounds[i], sink);
      lower = bounds[i];
    }
    bucket(point, "+Inf", histogram.count(), lower, Double.POSITIVE_INFINITY, sink);
    if (histogram.hasSum() || point.stale()) { // who says that it is gone says no sum
      plain(point, "_sum", histogram.sum(), null, sink);
    }
    plain(point, "_count", histogram.count(), null, sink);
  }

  private static void bucket(
      MetricPoint point, String le, long count, double lower, double upper, SeriesSink sink) {
    Exemplar newest = null;
    for (Exemplar exemplar : point.exemplars()) {
      if (exemplar.value() > lower && exemplar.value() <= upper) {
        newest = newer(newest, exemplar);
      }
    }
    sink.sample(
        point.family().name() + "_bucket",
        point.labels(),
        "le",
        le,
        point.stale() ? STALE : count,
        point.timestampMillis(),
        newest);
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
