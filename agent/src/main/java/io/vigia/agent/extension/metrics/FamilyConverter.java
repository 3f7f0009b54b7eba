package io.vigia.agent.extension.metrics;

import static io.opentelemetry.sdk.metrics.data.AggregationTemporality.CUMULATIVE;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoubleExemplarData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns Prometheus families into OTLP metrics so that the way back to Prometheus gives the same
 * names (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"): a counter loses
 * {@code _total}, which is added again; no unit is set, because it would be appended to the name.
 */
final class FamilyConverter {

  static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("io.vigia.simpleclient");

  private final Resource resource;
  private final long startEpochNanos;
  private final long epochNanos;

  private final int maxSeries;
  private final Map<String, Integer> leftOut = new LinkedHashMap<>();

  /**
   * @param maxSeries of one metric; what is beyond is {@link #leftOut}
   */
  FamilyConverter(Resource resource, long startEpochNanos, long epochNanos, int maxSeries) {
    this.maxSeries = maxSeries;
    this.resource = resource;
    this.startEpochNanos = startEpochNanos;
    this.epochNanos = epochNanos;
  }

  /** How many series of which metric were not converted; those that came last. */
  Map<String, Integer> leftOut() {
    return leftOut;
  }

  /** Whether there is room for one more; made of more than are sent, they may fill the heap. */
  private boolean fits(String name, int series) {
    if (series < maxSeries) {
      return true;
    }
    leftOut.merge(name, 1, Integer::sum);
    return false;
  }

  /** Nothing for a family without samples. */
  List<MetricData> convert(Family family) {
    if (!family.nativePoints.isEmpty()) {
      return Collections.singletonList(exponential(family));
    }
    if (family.samples.isEmpty()) {
      return Collections.emptyList();
    }
    switch (family.type) {
      case "COUNTER":
        return Collections.singletonList(counter(family));
      case "HISTOGRAM":
      case "GAUGE_HISTOGRAM":
        return Collections.singletonList(histogram(family));
      case "SUMMARY":
        return Collections.singletonList(summary(family));
      default:
        return gauges(family);
    }
  }

  private MetricData counter(Family family) {
    String name = family.name;
    if (name.endsWith("_total")) {
      name = name.substring(0, name.length() - "_total".length());
    }
    String created = name + "_created"; // when it began; another counter may well end so
    List<DoublePointData> points = new ArrayList<>();
    for (Family.Sample sample : family.samples) {
      if (!sample.name.equals(created) && fits(family.name, points.size())) {
        points.add(point(sample));
      }
    }
    return ImmutableMetricData.createDoubleSum(
        resource, SCOPE, name, family.help, "", ImmutableSumData.create(true, CUMULATIVE, points));
  }

  /** A family of another type may have samples of several names ({@code x_info}, {@code x}). */
  private List<MetricData> gauges(Family family) {
    Map<String, List<DoublePointData>> byName = new LinkedHashMap<>();
    for (Family.Sample sample : family.samples) {
      List<DoublePointData> points = byName.computeIfAbsent(sample.name, name -> new ArrayList<>());
      if (fits(sample.name, points.size())) {
        points.add(point(sample));
      }
    }
    List<MetricData> metrics = new ArrayList<>();
    byName.forEach(
        (name, points) ->
            metrics.add(
                ImmutableMetricData.createDoubleGauge(
                    resource, SCOPE, name, family.help, "", ImmutableGaugeData.create(points))));
    return metrics;
  }

  private DoublePointData point(Family.Sample sample) {
    return ImmutableDoublePointData.create(
        startEpochNanos,
        epochNanos,
        attributes(sample, ""),
        sample.value,
        sample.exemplar == null
            ? Collections.<DoubleExemplarData>emptyList()
            : Collections.singletonList(exemplar(sample.exemplar)));
  }

  private DoubleExemplarData exemplar(Family.Exemplar exemplar) {
    AttributesBuilder others = Attributes.builder();
    String trace = "";
    String span = "";
    for (int i = 0; i < exemplar.labelNames.size(); i++) {
      String name = exemplar.labelNames.get(i);
      String value = exemplar.labelValues.get(i);
      if (name.equals("trace_id")) {
        trace = value;
      } else if (name.equals("span_id")) {
        span = value;
      } else {
        others.put(name, value);
      }
    }
    return ImmutableDoubleExemplarData.create(
        others.build(),
        exemplar.epochMillis == 0 ? epochNanos : exemplar.epochMillis * 1_000_000L,
        SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault()),
        exemplar.value);
  }

  /** Samples of one combination of labels: buckets or quantiles, sum and count. */
  private static final class Group {
    final TreeMap<Double, Double> steps = new TreeMap<>();
    final List<Family.Exemplar> exemplars = new ArrayList<>();
    double sum;
    double count;
  }

  private Map<Attributes, Group> groups(Family family, String stepLabel) {
    Map<Attributes, Group> groups = new LinkedHashMap<>();
    for (Family.Sample sample : family.samples) {
      Attributes attributes = attributes(sample, stepLabel);
      Group group = groups.get(attributes);
      if (group == null && groups.size() < maxSeries) {
        group = new Group();
        groups.put(attributes, group);
      }
      if (group == null) {
        if (sample.name.endsWith("count")) { // each series has one
          fits(family.name, groups.size());
        }
        continue;
      }
      if (sample.exemplar != null) {
        group.exemplars.add(sample.exemplar);
      }
      int label = sample.labelNames.indexOf(stepLabel);
      if (label >= 0) {
        group.steps.put(number(sample.labelValues.get(label)), sample.value);
      } else if (sample.name.endsWith("_sum") || sample.name.endsWith("_gsum")) {
        group.sum = sample.value;
      } else if (sample.name.endsWith("_count") || sample.name.endsWith("_gcount")) {
        group.count = sample.value;
      }
    }
    return groups;
  }

  private MetricData histogram(Family family) {
    List<HistogramPointData> points = new ArrayList<>();
    groups(family, "le").forEach((attributes, group) -> points.add(histogram(attributes, group)));
    return ImmutableMetricData.createDoubleHistogram(
        resource,
        SCOPE,
        family.name,
        family.help,
        "",
        ImmutableHistogramData.create(CUMULATIVE, points));
  }

  private HistogramPointData histogram(Attributes attributes, Group group) {
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    double below = 0;
    // buckets are cumulative in Prometheus, separate in OTLP
    for (Map.Entry<Double, Double> step : group.steps.entrySet()) {
      if (!step.getKey().isInfinite()) {
        bounds.add(step.getKey());
        counts.add(difference(step.getValue(), below));
        below = step.getValue();
      }
    }
    Double all = group.steps.get(Double.POSITIVE_INFINITY);
    counts.add(difference(all == null ? group.count : all, below));
    List<DoubleExemplarData> exemplars = new ArrayList<>();
    group.exemplars.forEach(each -> exemplars.add(exemplar(each)));
    return ImmutableHistogramPointData.create(
        startEpochNanos,
        epochNanos,
        attributes,
        group.sum,
        false,
        0,
        false,
        0,
        bounds,
        counts,
        exemplars);
  }

  /** Never negative, which would be a count of 2^64 for who reads it. */
  private static long difference(double all, double below) {
    return (long) Math.max(0, all - below);
  }

  private MetricData exponential(Family family) {
    List<ExponentialHistogramPointData> points = new ArrayList<>();
    for (Family.NativePoint point : family.nativePoints) {
      if (!fits(family.name, points.size())) {
        continue;
      }
      int scale = NativeBuckets.scale(point);
      List<DoubleExemplarData> exemplars = new ArrayList<>();
      point.exemplars.forEach(each -> exemplars.add(exemplar(each)));
      points.add(
          ImmutableExponentialHistogramPointData.create(
              scale,
              point.sum,
              point.zeroCount,
              false,
              0,
              false,
              0,
              NativeBuckets.dense(point.positive, point.schema, scale),
              NativeBuckets.dense(point.negative, point.schema, scale),
              startEpochNanos,
              epochNanos,
              attributes(point.labelNames, point.labelValues, ""),
              exemplars));
    }
    return ImmutableMetricData.createExponentialHistogram(
        resource,
        SCOPE,
        family.name,
        family.help,
        "",
        ImmutableExponentialHistogramData.create(CUMULATIVE, points));
  }

  private MetricData summary(Family family) {
    List<SummaryPointData> points = new ArrayList<>();
    groups(family, "quantile")
        .forEach(
            (attributes, group) -> {
              List<ValueAtQuantile> values = new ArrayList<>();
              group.steps.forEach(
                  (quantile, value) ->
                      values.add(ImmutableValueAtQuantile.create(quantile, value)));
              points.add(
                  ImmutableSummaryPointData.create(
                      startEpochNanos,
                      epochNanos,
                      attributes,
                      difference(group.count, 0),
                      group.sum,
                      values));
            });
    return ImmutableMetricData.createDoubleSummary(
        resource, SCOPE, family.name, family.help, "", ImmutableSummaryData.create(points));
  }

  private static double number(String text) {
    // some collectors write it as they like, which Prometheus reads
    return text.equalsIgnoreCase("+inf") || text.equalsIgnoreCase("inf")
        ? Double.POSITIVE_INFINITY
        : Double.parseDouble(text);
  }

  private static Attributes attributes(Family.Sample sample, String without) {
    return attributes(sample.labelNames, sample.labelValues, without);
  }

  private static Attributes attributes(List<String> names, List<String> values, String without) {
    AttributesBuilder builder = Attributes.builder();
    for (int i = 0; i < names.size(); i++) {
      if (!names.get(i).equals(without)) {
        builder.put(AttributeKey.stringKey(names.get(i)), values.get(i));
      }
    }
    return builder.build();
  }
}
