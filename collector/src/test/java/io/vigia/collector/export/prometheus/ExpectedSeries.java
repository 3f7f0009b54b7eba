package io.vigia.collector.export.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of {@code docs/prometheus.md} once more, from the official OTLP classes, written for
 * reading and not for speed: shares no code with what it is held against.
 */
final class ExpectedSeries {
  static final long STALE = 0x7ff0000000000002L;
  private static final Map<String, String> UNITS =
      Map.of(
          "s",
          "seconds",
          "ms",
          "milliseconds",
          "By",
          "bytes",
          "MiBy",
          "mebibytes",
          "KBy",
          "kilobytes",
          "m",
          "meters",
          "%",
          "percent",
          "1",
          "");
  private static final Map<String, String> PER = Map.of("s", "second", "min", "minute");

  /**
   * One sample.
   *
   * @param value bits of the number, or 0
   * @param histogram its parts as text, or empty
   * @param start since the Unix epoch in milliseconds, 0 for unknown; version 2 only
   */
  record Sample(long value, String histogram, long start) {}

  /**
   * Everything said of a series.
   *
   * @param exemplars as text, in any order
   */
  record Series(Map<Long, Sample> samples, List<String> exemplars, String metadata) {
    Series(String metadata) {
      this(new TreeMap<>(), new ArrayList<>(), metadata);
    }
  }

  /** By all labels, {@code __name__} among them. */
  final Map<Map<String, String>, Series> series = new HashMap<>();

  /** What is said of each metric: type, help, unit. */
  final Map<String, String> families = new TreeMap<>();

  private final boolean nativeHistograms;
  private final boolean scopeLabels;
  private final long receivedMillis;
  private final Set<ResourceMetrics> seen = new HashSet<>();
  private final Map<Object, Object> totals = new HashMap<>();
  private final Map<Object, Long> starts = new HashMap<>();

  private String name = "";
  private String metadata = "";
  private Set<String> reserved = Set.of();
  private boolean gauge;
  private boolean delta;
  private Map<String, String> scope = Map.of();
  private Map<String, String> identity = Map.of();
  private @Nullable Runnable targetInfo;
  private long firstMillis;

  ExpectedSeries(boolean nativeHistograms, boolean scopeLabels, long receivedMillis) {
    this.nativeHistograms = nativeHistograms;
    this.scopeLabels = scopeLabels;
    this.receivedMillis = receivedMillis;
  }

  void add(ResourceMetrics resource) {
    resource(resource);
    for (ScopeMetrics in : resource.getScopeMetricsList()) {
      scope = scopeLabels ? scope(in) : Map.of();
      for (Metric metric : in.getMetricsList()) {
        metric(metric);
      }
    }
  }

  // ---- labels

  private void resource(ResourceMetrics resource) {
    Map<String, String> attributes = texts(resource.getResource().getAttributesList());
    String service = attributes.getOrDefault("service.name", "");
    String namespace = attributes.getOrDefault("service.namespace", "");
    String instance = attributes.getOrDefault("service.instance.id", "");
    identity = new TreeMap<>();
    if (!service.isEmpty()) {
      identity.put("job", (namespace.isEmpty() ? "" : namespace + "/") + service);
    }
    if (!instance.isEmpty()) {
      identity.put("instance", instance);
    }
    attributes
        .keySet()
        .removeAll(Set.of("service.name", "service.namespace", "service.instance.id"));
    ResourceMetrics key = ResourceMetrics.newBuilder().setResource(resource.getResource()).build();
    Map<String, String> labels = labels(attributes);
    labels.putAll(identity);
    labels.remove("__name__");
    boolean tells = !identity.isEmpty() && !attributes.isEmpty();
    targetInfo =
        () -> {
          if (tells && seen.add(key)) {
            families.put("target_info", "6|Target metadata|");
            series("target_info", labels, "6|Target metadata|")
                .samples()
                .put(firstMillis, new Sample(Double.doubleToRawLongBits(1), "", 0));
          }
        };
  }

  private static Map<String, String> scope(ScopeMetrics in) {
    Map<String, String> prefixed = new TreeMap<>();
    texts(in.getScope().getAttributesList()).forEach((k, v) -> prefixed.put("otel_scope_" + k, v));
    Map<String, String> labels = labels(prefixed);
    labels.put("otel_scope_name", in.getScope().getName());
    labels.put("otel_scope_version", in.getScope().getVersion());
    labels.put("otel_scope_schema_url", in.getSchemaUrl());
    // an empty one says nothing, and takes nothing away
    labels.values().removeIf(String::isEmpty);
    Map<String, String> attributesOnly = labels(prefixed);
    attributesOnly.forEach(labels::putIfAbsent);
    return labels;
  }

  private static Map<String, String> texts(List<KeyValue> attributes) {
    Map<String, String> texts = new TreeMap<>();
    attributes.forEach(one -> texts.put(one.getKey(), text(one.getValue())));
    return texts;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BYTES_VALUE -> Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
      case VALUE_NOT_SET -> "";
      default -> json(value).toString();
    };
  }

  private static JsonNode json(AnyValue value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value.getValueCase()) {
      case STRING_VALUE -> nodes.textNode(value.getStringValue());
      case BOOL_VALUE -> nodes.booleanNode(value.getBoolValue());
      case INT_VALUE -> nodes.numberNode(value.getIntValue());
      case DOUBLE_VALUE ->
          value.getDoubleValue() == Math.rint(value.getDoubleValue())
              ? nodes.numberNode((long) value.getDoubleValue())
              : nodes.numberNode(value.getDoubleValue());
      case BYTES_VALUE ->
          nodes.textNode(Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray()));
      case ARRAY_VALUE -> {
        ArrayNode array = nodes.arrayNode();
        value.getArrayValue().getValuesList().forEach(one -> array.add(json(one)));
        yield array;
      }
      case KVLIST_VALUE -> {
        ObjectNode object = nodes.objectNode();
        value
            .getKvlistValue()
            .getValuesList()
            .forEach(o -> object.set(o.getKey(), json(o.getValue())));
        yield object;
      }
      default -> nodes.nullNode();
    };
  }

  private static Map<String, String> labels(Map<String, String> attributes) {
    Map<String, String> labels = new TreeMap<>();
    new TreeMap<>(attributes)
        .forEach(
            (key, value) -> {
              if (!value.isEmpty()) {
                labels.merge(label(key), value, (a, b) -> a + ";" + b);
              }
            });
    return labels;
  }

  private static String label(String key) {
    String clean = key.replaceAll("[^a-zA-Z0-9]", "_");
    if (clean.isEmpty() || clean.matches("[0-9].*")) {
      return "key_" + clean;
    }
    return clean.matches("_([^_].*)?") ? "key" + clean : clean;
  }

  // ---- names

  private static List<String> words(String text) {
    return Arrays.stream(text.split("[^a-zA-Z0-9:]+"))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String word(String unit, Map<String, String> known) {
    return unit.contains("{") ? "" : known.getOrDefault(unit.trim(), unit.trim());
  }

  private void names(Metric metric, boolean counter, boolean isGauge, int type) {
    String[] unit = metric.getUnit().split("/", 2);
    List<String> main = words(word(unit[0], UNITS));
    List<String> per = unit.length < 2 ? List.of() : words(word(unit[1], PER));
    List<String> unitWords = new ArrayList<>(main);
    if (!per.isEmpty()) {
      unitWords.add("per");
      unitWords.addAll(per);
    }
    metadata = type + "|" + metric.getDescription() + "|" + String.join("_", unitWords);
    if (metric.getName().matches("(node|container|machine)_[a-zA-Z0-9_]*")) {
      name = metric.getName();
    } else {
      List<String> words = words(metric.getName());
      if (!words.containsAll(main)) {
        words.addAll(main);
      }
      if (!words.containsAll(per)) {
        words.add("per");
        words.addAll(per);
      }
      if (counter) {
        words.removeAll(List.of("total"));
        words.add("total");
      }
      if (isGauge && metric.getUnit().equals("1")) {
        words.removeAll(List.of("ratio"));
        words.add("ratio");
      }
      name = String.join("_", words);
      name = name.matches("[0-9].*") ? "_" + name : name;
    }
  }

  // ---- points

  private void metric(Metric metric) {
    gauge = false;
    reserved =
        switch (metric.getDataCase()) {
          case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> Set.of("__name__", "le");
          case SUMMARY -> Set.of("__name__", "quantile");
          default -> Set.of("__name__");
        };
    switch (metric.getDataCase()) {
      case GAUGE -> {
        gauge = true;
        delta = false;
        names(metric, false, true, 2);
        metric.getGauge().getDataPointsList().forEach(point -> number(point, false));
      }
      case SUM -> {
        boolean counter = metric.getSum().getIsMonotonic();
        gauge = !counter;
        delta = isDelta(metric.getSum().getAggregationTemporality());
        names(metric, counter, false, counter ? 1 : 2);
        metric.getSum().getDataPointsList().forEach(point -> number(point, counter));
      }
      case HISTOGRAM -> {
        delta = isDelta(metric.getHistogram().getAggregationTemporality());
        names(metric, false, false, 3);
        metric.getHistogram().getDataPointsList().forEach(this::histogram);
      }
      case EXPONENTIAL_HISTOGRAM -> {
        delta = isDelta(metric.getExponentialHistogram().getAggregationTemporality());
        names(metric, false, false, 3);
        metric.getExponentialHistogram().getDataPointsList().forEach(this::exponential);
      }
      case SUMMARY -> {
        delta = false;
        names(metric, false, false, 5);
        metric.getSummary().getDataPointsList().forEach(this::summary);
      }
      default -> {}
    }
  }

  private static boolean isDelta(AggregationTemporality temporality) {
    return temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
  }

  /** What is common to all points of a kind. */
  private final class Point {
    final Map<String, String> labels;
    final long millis;
    final boolean stale;
    long start;

    Point(List<KeyValue> attributes, long nanos, long startNanos, int flags) {
      labels = labels(texts(attributes));
      labels.putAll(scope);
      labels.putAll(identity);
      labels.keySet().removeAll(reserved); // of Prometheus: what a sender says there is dropped
      millis = nanos == 0 ? receivedMillis : nanos / 1_000_000;
      start = gauge ? 0 : startNanos / 1_000_000;
      stale = (flags & 1) != 0;
      families.put(name, metadata);
      firstMillis = millis;
      java.util.Objects.requireNonNull(targetInfo).run();
    }

    Object key() {
      return List.of(name, labels);
    }

    /** Of a delta: the start of the first of those that are added up. */
    void startOfTotal() {
      if (delta && !stale) {
        start = starts.computeIfAbsent(key(), k -> start);
      }
    }

    void put(
        String suffix,
        @Nullable String extra,
        String extraValue,
        double value,
        List<Exemplar> exemplars) {
      Map<String, String> all = new TreeMap<>(labels);
      if (extra != null) {
        all.put(extra, extraValue);
      }
      Series to = series(name + suffix, all, metadata);
      long bits = stale ? STALE : Double.doubleToRawLongBits(value);
      to.samples().put(millis, new Sample(bits, "", start < millis ? start : 0));
      exemplars.forEach(one -> to.exemplars().add(exemplar(one, millis)));
    }

    void put(String histogram, List<Exemplar> exemplars) {
      Series to = series(name, new TreeMap<>(labels), metadata);
      to.samples().put(millis, new Sample(0, histogram, start < millis ? start : 0));
      exemplars.forEach(one -> to.exemplars().add(exemplar(one, millis)));
    }
  }

  private Series series(String of, Map<String, String> labels, String about) {
    Map<String, String> all = new TreeMap<>(labels);
    all.put("__name__", of);
    asNumber(all, "le");
    asNumber(all, "quantile");
    return series.computeIfAbsent(all, k -> new Series(about));
  }

  /** Bounds are compared as numbers: how they are written is not this test's matter. */
  static void asNumber(Map<String, String> labels, String name) {
    labels.computeIfPresent(
        name,
        (key, text) ->
            text.matches("-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?")
                ? "number:" + Double.parseDouble(text)
                : text);
  }

  private void number(NumberDataPoint in, boolean counter) {
    boolean valued = in.getValueCase() != NumberDataPoint.ValueCase.VALUE_NOT_SET;
    if (!valued && (in.getFlags() & 1) == 0) {
      return;
    }
    Point point =
        new Point(
            in.getAttributesList(), in.getTimeUnixNano(), in.getStartTimeUnixNano(), in.getFlags());
    double value = in.hasAsInt() ? in.getAsInt() : in.getAsDouble();
    if (delta && !point.stale) {
      value = (double) totals.merge(point.key(), value, (a, b) -> (double) a + (double) b);
    }
    point.startOfTotal();
    point.put(
        "", null, "", value, counter ? newest(in.getExemplarsList(), -INF, INF, true) : List.of());
  }

  private static final double INF = Double.POSITIVE_INFINITY;

  /** The newest of those in (lower, upper]; of equally new ones the last. */
  private static List<Exemplar> newest(
      List<Exemplar> all, double lower, double upper, boolean whatever) {
    Exemplar newest = null;
    for (Exemplar one : all) {
      double value = one.hasAsInt() ? one.getAsInt() : one.getAsDouble();
      if ((whatever || (value > lower || lower == -INF) && value <= upper)
          && (newest == null || one.getTimeUnixNano() >= newest.getTimeUnixNano())) {
        newest = one;
      }
    }
    return newest == null ? List.of() : List.of(newest);
  }

  /** A histogram's count, sum and the cumulative counts of its bounds. */
  private record Classic(
      TreeMap<Double, Long> upTo, long count, @Nullable Double sum, double sumOrZero) {
    Classic plus(Classic next) {
      TreeMap<Double, Long> both = new TreeMap<>(upTo);
      next.upTo.forEach((bound, n) -> both.merge(bound, n, Long::sum));
      double total = sumOrZero + next.sumOrZero;
      return new Classic(both, count + next.count, next.sum == null ? null : (Double) total, total);
    }
  }

  private void histogram(HistogramDataPoint in) {
    Point point =
        new Point(
            in.getAttributesList(), in.getTimeUnixNano(), in.getStartTimeUnixNano(), in.getFlags());
    TreeMap<Double, Long> upTo = new TreeMap<>();
    long cumulative = 0;
    List<Double> bounds = in.getExplicitBoundsList();
    if (bounds.equals(List.copyOf(new TreeSet<>(bounds)))) { // out of order they say nothing
      for (int i = 0; i < bounds.size(); i++) {
        cumulative += in.getBucketCounts(i);
        upTo.put(bounds.get(i), cumulative);
      }
      upTo.remove(INF);
    }
    Classic classic =
        new Classic(
            upTo,
            in.getCount(),
            in.hasSum() || point.stale ? (Double) in.getSum() : null,
            in.getSum());
    if (delta && !point.stale) {
      classic =
          (Classic) totals.merge(point.key(), classic, (a, b) -> ((Classic) a).plus((Classic) b));
    }
    point.startOfTotal();
    classic(point, classic, in.getExemplarsList());
  }

  private static void classic(Point point, Classic classic, List<Exemplar> exemplars) {
    double lower = -INF;
    for (Map.Entry<Double, Long> bound : classic.upTo.entrySet()) {
      double le = bound.getKey();
      point.put("_bucket", "le", number(le), bound.getValue(), newest(exemplars, lower, le, false));
      lower = le;
    }
    point.put("_bucket", "le", "+Inf", classic.count, newest(exemplars, lower, INF, false));
    if (classic.sum != null) {
      point.put("_sum", null, "", classic.sum, List.of());
    }
    point.put("_count", null, "", classic.count, List.of());
  }

  private static String number(double value) {
    return Double.toString(value);
  }

  /** One side of an exponential histogram: counts by index, and the first and last index named. */
  private record Side(TreeMap<Long, Long> counts) {
    static Side of(ExponentialHistogramDataPoint.Buckets buckets) {
      TreeMap<Long, Long> counts = new TreeMap<>();
      for (int i = 0; i < buckets.getBucketCountsCount(); i++) {
        counts.put((long) buckets.getOffset() + i, buckets.getBucketCounts(i));
      }
      return new Side(counts);
    }

    Side coarser(int steps) {
      TreeMap<Long, Long> joined = new TreeMap<>();
      counts.forEach((at, n) -> joined.merge(Math.floorDiv(at, 1L << steps), n, Long::sum));
      return new Side(joined);
    }

    Side plus(Side other) {
      TreeMap<Long, Long> both = new TreeMap<>(counts);
      other.counts.forEach((at, n) -> both.merge(at, n, Long::sum));
      if (!both.isEmpty()) {
        for (long at = both.firstKey(); at < both.lastKey(); at++) {
          both.putIfAbsent(at, 0L);
        }
      }
      return new Side(both);
    }

    long sum() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private record Exponential(
      int scale,
      long zeros,
      double threshold,
      Side positive,
      Side negative,
      long count,
      @Nullable Double sum,
      double sumOrZero) {
    Exponential at(int lower) {
      int steps = Math.max(0, scale - lower);
      return new Exponential(
          scale - steps,
          zeros,
          threshold,
          positive.coarser(steps),
          negative.coarser(steps),
          count,
          sum,
          sumOrZero);
    }

    Exponential plus(Exponential next) {
      int common = Math.min(scale, next.scale);
      Exponential a = at(common);
      Exponential b = next.at(common);
      double total = sumOrZero + next.sumOrZero;
      return new Exponential(
          common,
          zeros + b.zeros,
          Math.max(threshold, b.threshold),
          a.positive.plus(b.positive),
          a.negative.plus(b.negative),
          count + b.count,
          b.sum == null ? null : (Double) total,
          total);
    }
  }

  private void exponential(ExponentialHistogramDataPoint in) {
    Point point =
        new Point(
            in.getAttributesList(), in.getTimeUnixNano(), in.getStartTimeUnixNano(), in.getFlags());
    Exponential it =
        new Exponential(
            in.getScale(),
            in.getZeroCount(),
            in.getZeroThreshold(),
            Side.of(in.getPositive()),
            Side.of(in.getNegative()),
            in.getCount(),
            in.hasSum() ? (Double) in.getSum() : null,
            in.getSum());
    if (delta && !point.stale) {
      it =
          (Exponential)
              totals.merge(point.key(), it, (a, b) -> ((Exponential) a).plus((Exponential) b));
    }
    point.startOfTotal();
    boolean adds = it.zeros + it.positive.sum() + it.negative.sum() == it.count;
    if (nativeHistograms && point.stale) {
      point.put("stale", in.getExemplarsList());
    } else if (nativeHistograms && it.scale >= -4 && adds) {
      Exponential fine = it.at(8);
      point.put(
          nativeText(
              fine.scale,
              fine.threshold == 0 ? 1e-128 : fine.threshold,
              fine.zeros,
              fine.count,
              fine.sumOrZero,
              index(fine.positive),
              index(fine.negative)),
          in.getExemplarsList());
    } else if (point.stale) {
      classic(point, new Classic(new TreeMap<>(), 0, 0.0, 0), in.getExemplarsList());
    } else {
      classic(point, classicOf(it), in.getExemplarsList());
    }
  }

  static String nativeText(
      int schema,
      double threshold,
      long zeros,
      long count,
      double sum,
      Map<Long, Long> positive,
      Map<Long, Long> negative) {
    return "schema %d zero %s %d count %d sum %s + %s - %s"
        .formatted(schema, threshold, zeros, count, sum, positive, negative);
  }

  /** Prometheus names a bucket by its upper bound; empty ones need not be named. */
  private static Map<Long, Long> index(Side side) {
    Map<Long, Long> index = new TreeMap<>();
    side.counts.forEach((at, n) -> index.put(at + 1, n));
    index.values().removeIf(n -> n == 0);
    return index;
  }

  private static Classic classicOf(Exponential fine) {
    Exponential it = fine.at(1);
    TreeMap<Double, Long> byUpper = new TreeMap<>();
    TreeMap<Double, Long> upTo = new TreeMap<>();
    it.negative.counts.forEach((at, n) -> byUpper.merge(-power(it.scale, at), n, Long::sum));
    long unsaid = 0; // of bounds that are no numbers any more
    for (Map.Entry<Double, Long> below : byUpper.entrySet()) {
      if (Double.isInfinite(below.getKey()) || below.getKey() == 0) {
        unsaid += below.getValue();
      } else {
        upTo.put(below.getKey(), 0L);
      }
    }
    if (it.zeros != 0 || !upTo.isEmpty() || unsaid != 0) {
      upTo.put(it.threshold, 0L);
    }
    byUpper.merge(it.threshold, it.zeros, Long::sum);
    it.positive.counts.forEach(
        (at, n) -> {
          double upper = power(it.scale, at + 1);
          byUpper.merge(upper, n, Long::sum);
          if (upper < INF && (upTo.isEmpty() || upper > upTo.lastKey())) {
            upTo.put(upper, 0L);
          }
        });
    upTo.replaceAll(
        (bound, n) ->
            byUpper.headMap(bound, true).values().stream().mapToLong(Long::longValue).sum());
    return new Classic(upTo, it.count, it.sum, it.sumOrZero);
  }

  private static double power(int scale, long at) {
    return Math.pow(2, at * Math.pow(2, -scale));
  }

  private void summary(SummaryDataPoint in) {
    Point point =
        new Point(
            in.getAttributesList(), in.getTimeUnixNano(), in.getStartTimeUnixNano(), in.getFlags());
    in.getQuantileValuesList()
        .forEach(
            one -> point.put("", "quantile", number(one.getQuantile()), one.getValue(), List.of()));
    point.put("_sum", null, "", in.getSum(), List.of());
    point.put("_count", null, "", in.getCount(), List.of());
  }

  private static String exemplar(Exemplar in, long sampleMillis) {
    Map<String, String> labels = labels(texts(in.getFilteredAttributesList()));
    if (!in.getTraceId().isEmpty()) {
      labels.put("trace_id", HexFormat.of().formatHex(in.getTraceId().toByteArray()));
    }
    if (!in.getSpanId().isEmpty()) {
      labels.put("span_id", HexFormat.of().formatHex(in.getSpanId().toByteArray()));
    }
    long length =
        labels.entrySet().stream()
            .mapToLong(l -> (l.getKey() + l.getValue()).codePoints().count())
            .sum();
    if (length > 128) {
      labels.keySet().retainAll(Set.of("trace_id", "span_id"));
    }
    double value = in.hasAsInt() ? in.getAsInt() : in.getAsDouble();
    long millis = in.getTimeUnixNano() / 1_000_000;
    return exemplarText(labels, value, millis == 0 ? sampleMillis : millis);
  }

  static String exemplarText(Map<String, String> labels, double value, long millis) {
    return new TreeMap<>(labels) + " " + value + " " + millis;
  }
}
