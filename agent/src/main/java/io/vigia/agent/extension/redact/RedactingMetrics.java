package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
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
import io.opentelemetry.sdk.resources.Resource;
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
        return with(
            clean(metric.getHistogramData()), metric, ImmutableMetricData::createDoubleHistogram);
      case EXPONENTIAL_HISTOGRAM:
        return with(
            clean(metric.getExponentialHistogramData()),
            metric,
            ImmutableMetricData::createExponentialHistogram);
      case DOUBLE_SUM:
        return with(
            clean(metric.getDoubleSumData(), this::clean),
            metric,
            ImmutableMetricData::createDoubleSum);
      case LONG_SUM:
        return with(
            clean(metric.getLongSumData(), this::clean),
            metric,
            ImmutableMetricData::createLongSum);
      case DOUBLE_GAUGE:
        return with(
            clean(metric.getDoubleGaugeData(), this::clean),
            metric,
            ImmutableMetricData::createDoubleGauge);
      case LONG_GAUGE:
        return with(
            clean(metric.getLongGaugeData(), this::clean),
            metric,
            ImmutableMetricData::createLongGauge);
      default: // a summary has no exemplars
        return metric;
    }
  }

  /** Makes a metric of a certain kind. */
  private interface Factory<D> {
    MetricData create(
        Resource resource,
        InstrumentationScopeInfo scope,
        String name,
        String description,
        String unit,
        D data);
  }

  private static <D> MetricData with(@Nullable D data, MetricData metric, Factory<D> factory) {
    return data == null
        ? metric
        : factory.create(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            data);
  }

  private @Nullable HistogramData clean(HistogramData data) {
    List<HistogramPointData> points = cleanPoints(data.getPoints(), this::clean);
    return points == null
        ? null
        : ImmutableHistogramData.create(data.getAggregationTemporality(), points);
  }

  private @Nullable ExponentialHistogramData clean(ExponentialHistogramData data) {
    List<ExponentialHistogramPointData> points = cleanPoints(data.getPoints(), this::clean);
    return points == null
        ? null
        : ImmutableExponentialHistogramData.create(data.getAggregationTemporality(), points);
  }

  private static <P extends PointData> @Nullable SumData<P> clean(
      SumData<P> data, UnaryOperator<P> cleaning) {
    List<P> points = cleanPoints(data.getPoints(), cleaning);
    return points == null
        ? null
        : ImmutableSumData.create(data.isMonotonic(), data.getAggregationTemporality(), points);
  }

  private static <P extends PointData> @Nullable GaugeData<P> clean(
      GaugeData<P> data, UnaryOperator<P> cleaning) {
    List<P> points = cleanPoints(data.getPoints(), cleaning);
    return points == null ? null : ImmutableGaugeData.create(points);
  }

  private static <P extends PointData> @Nullable List<P> cleanPoints(
      Collection<P> points, UnaryOperator<P> cleaning) {
    return points.stream().allMatch(point -> point.getExemplars().isEmpty())
        ? null
        : changed(points, cleaning);
  }

  /** {@code null} when nothing had to be replaced. */
  private static <T> @Nullable List<T> changed(Collection<T> all, UnaryOperator<T> cleaning) {
    List<T> clean = new ArrayList<>(all.size());
    boolean changed = false;
    for (T each : all) {
      T one = cleaning.apply(each);
      changed |= one != each;
      clean.add(one);
    }
    return changed ? clean : null;
  }

  private HistogramPointData clean(HistogramPointData point) {
    List<DoubleExemplarData> exemplars = changed(point.getExemplars(), this::clean);
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
    List<DoubleExemplarData> exemplars = changed(point.getExemplars(), this::clean);
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
    List<DoubleExemplarData> exemplars = changed(point.getExemplars(), this::clean);
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
    List<LongExemplarData> exemplars = changed(point.getExemplars(), this::clean);
    return exemplars == null
        ? point
        : ImmutableLongPointData.create(
            point.getStartEpochNanos(),
            point.getEpochNanos(),
            point.getAttributes(),
            point.getValue(),
            exemplars);
  }

  private DoubleExemplarData clean(DoubleExemplarData exemplar) {
    Attributes attributes = redactor.attributes(exemplar.getFilteredAttributes());
    return attributes == exemplar.getFilteredAttributes()
        ? exemplar
        : ImmutableDoubleExemplarData.create(
            attributes, exemplar.getEpochNanos(), exemplar.getSpanContext(), exemplar.getValue());
  }

  private LongExemplarData clean(LongExemplarData exemplar) {
    Attributes attributes = redactor.attributes(exemplar.getFilteredAttributes());
    return attributes == exemplar.getFilteredAttributes()
        ? exemplar
        : ImmutableLongExemplarData.create(
            attributes, exemplar.getEpochNanos(), exemplar.getSpanContext(), exemplar.getValue());
  }
}
