package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoubleExemplarData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongExemplarData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.vigia.agent.boot.Console;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Cleans the exemplars of metrics. The points of {@code http.server.request.duration} say nothing
 * of the query string, but its exemplars have every attribute that the measurement had ({@code
 * filtered_attributes} in OTLP), {@code url.query}, {@code url.full} and captured headers among
 * them. Thread-safe.
 */
public final class RedactingMetrics implements UnaryOperator<Collection<MetricData>> {

  private final Redactor redactor;

  public RedactingMetrics(Redactor redactor) {
    this.redactor = redactor;
  }

  /** The same metrics, those that had a secret made anew; without one that cannot be looked at. */
  @Override
  public Collection<MetricData> apply(Collection<MetricData> metrics) {
    List<MetricData> clean = new ArrayList<>(metrics.size());
    for (MetricData metric : metrics) {
      try {
        clean.add(clean(metric));
      } catch (Throwable e) {
        Console.harmless(e);
      }
    }
    return clean;
  }

  private MetricData clean(MetricData metric) {
    switch (metric.getType()) {
      case HISTOGRAM:
        return histogram(metric);
      case EXPONENTIAL_HISTOGRAM:
        return exponential(metric);
      case DOUBLE_SUM:
        return doubleSum(metric);
      case LONG_SUM:
        return longSum(metric);
      case DOUBLE_GAUGE:
        return doubleGauge(metric);
      case LONG_GAUGE:
        return longGauge(metric);
      default: // a summary has no exemplars
        return metric;
    }
  }

  private MetricData histogram(MetricData metric) {
    List<HistogramPointData> points = changed(metric.getHistogramData().getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createDoubleHistogram(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableHistogramData.create(
                metric.getHistogramData().getAggregationTemporality(), points));
  }

  private MetricData exponential(MetricData metric) {
    List<ExponentialHistogramPointData> points =
        changed(metric.getExponentialHistogramData().getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createExponentialHistogram(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableExponentialHistogramData.create(
                metric.getExponentialHistogramData().getAggregationTemporality(), points));
  }

  private MetricData doubleSum(MetricData metric) {
    SumData<DoublePointData> sum = metric.getDoubleSumData();
    List<DoublePointData> points = changed(sum.getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createDoubleSum(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableSumData.create(sum.isMonotonic(), sum.getAggregationTemporality(), points));
  }

  private MetricData longSum(MetricData metric) {
    SumData<LongPointData> sum = metric.getLongSumData();
    List<LongPointData> points = changed(sum.getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createLongSum(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableSumData.create(sum.isMonotonic(), sum.getAggregationTemporality(), points));
  }

  private MetricData doubleGauge(MetricData metric) {
    GaugeData<DoublePointData> gauge = metric.getDoubleGaugeData();
    List<DoublePointData> points = changed(gauge.getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createDoubleGauge(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableGaugeData.create(points));
  }

  private MetricData longGauge(MetricData metric) {
    GaugeData<LongPointData> gauge = metric.getLongGaugeData();
    List<LongPointData> points = changed(gauge.getPoints(), this::clean);
    return points == null
        ? metric
        : ImmutableMetricData.createLongGauge(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableGaugeData.create(points));
  }

  /** {@code null} when nothing had to be replaced. */
  private static <P extends PointData> @Nullable List<P> changed(
      Collection<P> points, UnaryOperator<P> cleaning) {
    if (points.stream().allMatch(point -> point.getExemplars().isEmpty())) {
      return null;
    }
    List<P> clean = new ArrayList<>(points.size());
    boolean changed = false;
    for (P point : points) {
      P one = cleaning.apply(point);
      changed |= one != point;
      clean.add(one);
    }
    return changed ? clean : null;
  }

  private HistogramPointData clean(HistogramPointData point) {
    List<DoubleExemplarData> exemplars = doubles(point.getExemplars());
    return exemplars == null
        ? point
        : ImmutableHistogramPointData.create(
            point.getStartEpochNanos(),
            point.getEpochNanos(),
            point.getAttributes(),
            point.getSum(),
            point.hasMin(),
            point.getMin(),
            point.hasMax(),
            point.getMax(),
            point.getBoundaries(),
            point.getCounts(),
            exemplars);
  }

  private ExponentialHistogramPointData clean(ExponentialHistogramPointData point) {
    List<DoubleExemplarData> exemplars = doubles(point.getExemplars());
    return exemplars == null
        ? point
        : ImmutableExponentialHistogramPointData.create(
            point.getScale(),
            point.getSum(),
            point.getZeroCount(),
            point.hasMin(),
            point.getMin(),
            point.hasMax(),
            point.getMax(),
            point.getPositiveBuckets(),
            point.getNegativeBuckets(),
            point.getStartEpochNanos(),
            point.getEpochNanos(),
            point.getAttributes(),
            exemplars);
  }

  private DoublePointData clean(DoublePointData point) {
    List<DoubleExemplarData> exemplars = doubles(point.getExemplars());
    return exemplars == null
        ? point
        : ImmutableDoublePointData.create(
            point.getStartEpochNanos(),
            point.getEpochNanos(),
            point.getAttributes(),
            point.getValue(),
            exemplars);
  }

  private LongPointData clean(LongPointData point) {
    List<LongExemplarData> exemplars = longs(point.getExemplars());
    return exemplars == null
        ? point
        : ImmutableLongPointData.create(
            point.getStartEpochNanos(),
            point.getEpochNanos(),
            point.getAttributes(),
            point.getValue(),
            exemplars);
  }

  private @Nullable List<DoubleExemplarData> doubles(List<DoubleExemplarData> exemplars) {
    List<DoubleExemplarData> clean = new ArrayList<>(exemplars.size());
    boolean changed = false;
    for (DoubleExemplarData each : exemplars) {
      Attributes attributes = redactor.attributes(each.getFilteredAttributes());
      boolean same = attributes == each.getFilteredAttributes();
      changed |= !same;
      clean.add(
          same
              ? each
              : ImmutableDoubleExemplarData.create(
                  attributes, each.getEpochNanos(), each.getSpanContext(), each.getValue()));
    }
    return changed ? clean : null;
  }

  private @Nullable List<LongExemplarData> longs(List<LongExemplarData> exemplars) {
    List<LongExemplarData> clean = new ArrayList<>(exemplars.size());
    boolean changed = false;
    for (LongExemplarData each : exemplars) {
      Attributes attributes = redactor.attributes(each.getFilteredAttributes());
      boolean same = attributes == each.getFilteredAttributes();
      changed |= !same;
      clean.add(
          same
              ? each
              : ImmutableLongExemplarData.create(
                  attributes, each.getEpochNanos(), each.getSpanContext(), each.getValue()));
    }
    return changed ? clean : null;
  }
}
