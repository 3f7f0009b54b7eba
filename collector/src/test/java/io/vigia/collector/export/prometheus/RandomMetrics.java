package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.NANOS;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random metrics as senders might send them: each metric has a name of its own, each point a time
 * of its own; attributes meet under one label name, units and names are odd, values are missing.
 */
final class RandomMetrics {
  private static final List<String> KEYS =
      List.of(
          "zone",
          "a.b",
          "a_b",
          "a-b",
          "1x",
          "_x",
          "__x",
          "ünï",
          "",
          "job",
          "instance",
          "le",
          "quantile",
          "__name__",
          "http.method");
  private static final List<String> NAMES =
      List.of(
          "requests",
          "http.server.duration",
          "a  b",
          "queue_bytes",
          "total.x",
          "ratio",
          "é",
          "1st",
          "node_x_total",
          "container_y",
          "machine-z",
          "p:q",
          "_lead",
          "x.total");
  private static final List<String> UNITS =
      List.of(
          "",
          "1",
          "s",
          "ms",
          "By",
          "By/s",
          "{x}/s",
          "{things}",
          "%",
          "m/s",
          "MiBy",
          "odd-unit",
          "/s",
          "1/min",
          "KBy/foo",
          " s ");

  private final Random random;
  private int points;
  private int metrics;

  RandomMetrics(long seed) {
    random = new Random(seed);
  }

  ExportMetricsServiceRequest request() {
    var request = ExportMetricsServiceRequest.newBuilder();
    for (int r = random.nextInt(3); r >= 0; r--) {
      var resource = ResourceMetrics.newBuilder().setResource(resource());
      for (int s = random.nextInt(2); s >= 0; s--) {
        var scope = ScopeMetrics.newBuilder().setScope(scope());
        if (random.nextBoolean()) {
          scope.setSchemaUrl("https://opentelemetry.io/schemas/1.30.0");
        }
        for (int m = random.nextInt(4); m > 0; m--) {
          scope.addMetrics(metric());
        }
        resource.addScopeMetrics(scope);
      }
      request.addResourceMetrics(resource);
    }
    return request.build();
  }

  private Resource resource() {
    Map<String, AnyValue> all = new LinkedHashMap<>();
    if (random.nextInt(4) > 0) {
      all.put("service.name", text(one(List.of("shop", "cart", ""))));
    }
    if (random.nextBoolean()) {
      all.put("service.namespace", text("prod"));
    }
    if (random.nextBoolean()) {
      all.put("service.instance.id", text("i-" + random.nextInt(2)));
    }
    attributes().forEach(one -> all.put(one.getKey(), one.getValue()));
    Resource.Builder resource = Resource.newBuilder();
    all.forEach((k, v) -> resource.addAttributes(KeyValue.newBuilder().setKey(k).setValue(v)));
    return resource.build();
  }

  private InstrumentationScope scope() {
    return InstrumentationScope.newBuilder()
        .setName(one(List.of("", "lib", "lib.two")))
        .setVersion(one(List.of("", "1.2")))
        .addAllAttributes(attributes())
        .build();
  }

  private List<KeyValue> attributes() {
    Map<String, AnyValue> all = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      all.put(one(KEYS), value(0));
    }
    List<KeyValue> list = new ArrayList<>();
    all.forEach((k, v) -> list.add(KeyValue.newBuilder().setKey(k).setValue(v).build()));
    return list;
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private AnyValue value(int depth) {
    AnyValue.Builder any = AnyValue.newBuilder();
    switch (random.nextInt(depth == 0 ? 12 : depth < 3 ? 8 : 6)) {
      case 0 -> any.setBoolValue(random.nextBoolean());
      case 1 -> any.setIntValue(random.nextInt(2_000) - 1_000);
      case 2 -> any.setDoubleValue((random.nextInt(2_000) - 1_000) / 8.0);
      case 3 -> any.setBytesValue(ByteString.copyFromUtf8("b" + random.nextInt(9)));
      case 4 -> {}
      case 6 -> {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
          array.addValues(value(depth + 1));
        }
        any.setArrayValue(array);
      }
      case 7 -> {
        KeyValueList.Builder list = KeyValueList.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
          list.addValues(KeyValue.newBuilder().setKey("k" + i).setValue(value(depth + 1)));
        }
        any.setKvlistValue(list);
      }
      default ->
          any.setStringValue(one(List.of("x", "", "y z", "\"q\"\\\n\t", "ü", "\uD83D\uDE00")));
    }
    return any.build();
  }

  private Metric metric() {
    Metric.Builder metric =
        Metric.newBuilder()
            .setName(one(NAMES) + "." + letters(metrics++))
            .setUnit(one(UNITS))
            .setDescription(one(List.of("", "What it is")));
    int count = 1 + random.nextInt(3);
    switch (random.nextInt(6)) {
      case 0 -> {
        Gauge.Builder gauge = Gauge.newBuilder();
        for (int i = 0; i < count; i++) {
          gauge.addDataPoints(number());
        }
        metric.setGauge(gauge);
      }
      case 1, 2 -> {
        Sum.Builder sum = Sum.newBuilder();
        sum.setIsMonotonic(random.nextInt(4) > 0).setAggregationTemporality(temporality());
        for (int i = 0; i < count; i++) {
          sum.addDataPoints(number());
        }
        metric.setSum(sum);
      }
      case 3 -> {
        Histogram.Builder histogram = Histogram.newBuilder();
        histogram.setAggregationTemporality(temporality());
        List<Double> bounds =
            one(
                List.of(
                    List.of(),
                    List.of(0.005, 0.1, 10.0),
                    List.of(-1.5, 1e9),
                    List.of(-2.5, 17.125, Double.POSITIVE_INFINITY), // as some senders do
                    List.of(1.0, 1.0, 0.5)));
        for (int i = 0; i < count; i++) {
          histogram.addDataPoints(histogram(bounds));
        }
        metric.setHistogram(histogram);
      }
      case 4 -> {
        ExponentialHistogram.Builder histogram = ExponentialHistogram.newBuilder();
        histogram.setAggregationTemporality(temporality());
        for (int i = 0; i < count; i++) {
          histogram.addDataPoints(exponential());
        }
        metric.setExponentialHistogram(histogram);
      }
      default -> {
        Summary.Builder summary = Summary.newBuilder();
        for (int i = 0; i < count; i++) {
          summary.addDataPoints(summary());
        }
        metric.setSummary(summary);
      }
    }
    return metric.build();
  }

  private static String letters(int number) {
    return "m" + (char) ('a' + number % 26) + (char) ('a' + number / 26);
  }

  private AggregationTemporality temporality() {
    return random.nextInt(3) == 0
        ? AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
        : AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
  }

  private long nextNanos() {
    points++;
    return points == 3 ? 0 : NANOS + points * 1_000_000L; // one without: when it was received
  }

  private long startNanos() {
    return random.nextInt(3) == 0 ? 0 : NANOS - random.nextInt(5) * 1_000_000L;
  }

  private int flags() {
    return random.nextInt(6) == 0 ? 1 : 0;
  }

  private NumberDataPoint number() {
    NumberDataPoint.Builder point =
        NumberDataPoint.newBuilder()
            .setTimeUnixNano(nextNanos())
            .setStartTimeUnixNano(startNanos())
            .setFlags(flags())
            .addAllAttributes(attributes())
            .addAllExemplars(exemplars());
    switch (random.nextInt(5)) {
      case 0 -> {}
      case 1, 2 -> point.setAsInt(random.nextInt(2_000) - 500);
      default ->
          point.setAsDouble(
              one(List.of(0.0, -2.5, 1e300, Double.NaN, Double.POSITIVE_INFINITY, 17.125)));
    }
    return point.build();
  }

  private HistogramDataPoint histogram(List<Double> bounds) {
    HistogramDataPoint.Builder point =
        HistogramDataPoint.newBuilder()
            .setTimeUnixNano(nextNanos())
            .setStartTimeUnixNano(startNanos())
            .setFlags(flags())
            .addAllAttributes(attributes())
            .addAllExemplars(exemplars())
            .addAllExplicitBounds(bounds);
    long total = 0;
    for (int i = 0; i <= bounds.size(); i++) {
      int count = random.nextInt(4);
      total += count;
      point.addBucketCounts(count);
    }
    if (random.nextInt(4) > 0) {
      point.setSum(random.nextInt(100) / 4.0);
    }
    return point.setCount(total).build();
  }

  private ExponentialHistogramDataPoint exponential() {
    ExponentialHistogramDataPoint.Builder point =
        ExponentialHistogramDataPoint.newBuilder()
            .setTimeUnixNano(nextNanos())
            .setStartTimeUnixNano(startNanos())
            .setFlags(flags())
            .addAllAttributes(attributes())
            .addAllExemplars(exemplars())
            .setScale(random.nextInt(18) - 6)
            .setZeroCount(random.nextInt(3))
            .setZeroThreshold(one(List.of(0.0, 0.001)));
    if (random.nextInt(4) > 0) {
      point.setPositive(buckets());
    }
    if (random.nextInt(3) == 0) {
      point.setNegative(buckets());
    }
    long total = point.getZeroCount();
    total += point.getPositive().getBucketCountsList().stream().mapToLong(Long::longValue).sum();
    total += point.getNegative().getBucketCountsList().stream().mapToLong(Long::longValue).sum();
    if (random.nextInt(4) > 0) {
      point.setSum(random.nextInt(100) / 4.0);
    }
    return point.setCount(total + (random.nextInt(6) == 0 ? 1 : 0)).build();
  }

  private ExponentialHistogramDataPoint.Buckets buckets() {
    var buckets = ExponentialHistogramDataPoint.Buckets.newBuilder();
    buckets.setOffset(random.nextInt(11) - 5);
    for (int i = random.nextInt(12); i > 0; i--) {
      buckets.addBucketCounts(random.nextInt(3) == 0 ? random.nextInt(5) : 0);
    }
    return buckets.build();
  }

  private SummaryDataPoint summary() {
    SummaryDataPoint.Builder point =
        SummaryDataPoint.newBuilder()
            .setTimeUnixNano(nextNanos())
            .setStartTimeUnixNano(startNanos())
            .setFlags(flags())
            .addAllAttributes(attributes())
            .setCount(random.nextInt(100))
            .setSum(random.nextInt(100) / 4.0);
    for (double quantile : List.of(0.5, 0.99, 1.0)) {
      if (random.nextBoolean()) {
        point.addQuantileValues(
            SummaryDataPoint.ValueAtQuantile.newBuilder()
                .setQuantile(quantile)
                .setValue(random.nextInt(50) / 2.0));
      }
    }
    return point.build();
  }

  private List<Exemplar> exemplars() {
    List<Exemplar> all = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Exemplar.Builder exemplar =
          Exemplar.newBuilder()
              .setTimeUnixNano(random.nextInt(5) == 0 ? 0 : NANOS - random.nextInt(4) * 1_000_000L)
              .addAllFilteredAttributes(attributes());
      if (random.nextInt(8) == 0) {
        exemplar.addFilteredAttributes(
            KeyValue.newBuilder()
                .setKey("long")
                .setValue(text("\uD83D\uDE00".repeat(random.nextInt(100)))));
      }
      if (random.nextBoolean()) {
        exemplar.setAsDouble(one(List.of(0.005, 0.05, 3.0, -2.0, 1e12)));
      } else {
        exemplar.setAsInt(random.nextInt(20) - 5);
      }
      if (random.nextInt(3) > 0) {
        exemplar.setTraceId(id(16)).setSpanId(id(8));
      }
      all.add(exemplar.build());
    }
    return all;
  }

  private ByteString id(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
