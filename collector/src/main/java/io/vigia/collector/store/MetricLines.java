package io.vigia.collector.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.store.MetricQuery.Statistic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Computes the lines of a metric query. One object per query. */
final class MetricLines {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_STEPS = 2_000;

  private final MetricQuery query;
  private final List<MetricSql.SeriesInfo> series;
  private final boolean histogram;
  private final Statistic statistic;
  private final PointLimit limit;
  private final List<String> warnings = new ArrayList<>();
  private long typicalGapNanos;
  private long fromNanos;
  private long stepNanos;
  private int steps;

  private MetricLines(MetricQuery query, List<MetricSql.SeriesInfo> series, PointLimit limit) {
    this.query = query;
    this.series = series;
    this.limit = limit;
    this.histogram = isDistribution(series.get(0));
    this.statistic = statistic(query.statistic(), series.get(0), histogram);
  }

  private static boolean isDistribution(MetricSql.SeriesInfo info) {
    return info.type().equals("histogram") || info.type().equals("summary");
  }

  private static Statistic statistic(
      Statistic asked, MetricSql.SeriesInfo info, boolean histogram) {
    if (histogram) {
      return asked == Statistic.AUTO ? Statistic.AVG : asked;
    }
    if (asked == Statistic.AUTO) {
      return info.monotonic() ? Statistic.RATE : Statistic.AVG;
    }
    return asked == Statistic.RATE || asked == Statistic.MAX ? asked : Statistic.AVG;
  }

  static MetricData.Result compute(Engine engine, MetricQuery query, PointLimit limit)
      throws IOException {
    List<MetricSql.SeriesInfo> series =
        MetricSql.series(
            engine,
            List.of(query.name()),
            query.service(),
            query.labels(),
            MetricSql.MAX_SERIES + 1);
    if (series.isEmpty()) {
      return new MetricData.Result(
          query.name(),
          "",
          "",
          "",
          query.range().fromUnixMicros(),
          query.stepMicros(),
          0,
          List.of(),
          List.of());
    }
    boolean tooMany = series.size() > MetricSql.MAX_SERIES;
    if (tooMany) {
      series = series.subList(0, MetricSql.MAX_SERIES);
    }
    // one kind at a time: a summary's quantiles are gauges of the same name
    boolean distribution = series.stream().anyMatch(MetricLines::isDistribution);
    List<MetricSql.SeriesInfo> same =
        series.stream().filter(s -> isDistribution(s) == distribution).toList();
    MetricLines lines = new MetricLines(query, same, limit);
    if (tooMany) {
      lines.warn("series", MetricSql.MAX_SERIES);
    }
    return lines.compute(engine);
  }

  private void warn(String what, int most) {
    warnings.add(
        "only the first %d %s were read, others are left out; ".formatted(most, what)
            + "ask for a service, labels or a shorter time");
  }

  private MetricData.Result compute(Engine engine) throws IOException {
    Map<String, Line> lines =
        statistic == Statistic.RATE
            ? histogram ? countRates(engine) : rates(engine)
            : histogram ? distributions(engine) : numbers(engine);
    if (limit.isExceeded()) {
      warn("points", limit.max());
    }
    List<MetricData.Line> all = new ArrayList<>();
    for (Line line : lines.values()) {
      all.add(new MetricData.Line(line.service, line.label, line.values(this)));
    }
    all.removeIf(line -> line.values().stream().allMatch(v -> v == null));
    all.sort(Comparator.comparingDouble(MetricLines::last).reversed());
    String unit = series.get(0).unit();
    return new MetricData.Result(
        query.name(),
        series.get(0).type(),
        statistic == Statistic.RATE ? (unit.equals("1") || histogram ? "" : unit) + "/s" : unit,
        statistic.name().toLowerCase(java.util.Locale.ROOT),
        fromNanos / 1000,
        stepNanos / 1000,
        all.size(),
        List.copyOf(all.subList(0, Math.min(query.limit(), all.size()))),
        List.copyOf(warnings));
  }

  private static double last(MetricData.Line line) {
    for (int i = line.values().size() - 1; i >= 0; i--) {
      Double value = line.values().get(i);
      if (value != null) {
        return value;
      }
    }
    return Double.NEGATIVE_INFINITY;
  }

  /** A step narrower than the distance of the points would give a line full of holes. */
  private void steps(List<long[]> times) {
    long[] gaps =
        times.stream()
            .flatMapToLong(
                t -> java.util.stream.LongStream.range(1, t.length).map(i -> gap(t, (int) i)))
            .sorted()
            .toArray();
    typicalGapNanos = gaps.length == 0 ? 0 : gaps[gaps.length / 2];
    long asked = askedStepNanos();
    // 5 % slack for jitter, rounded up to whole seconds
    long least =
        typicalGapNanos == 0 ? 0 : (long) Math.ceil(typicalGapNanos * 1.05 / 1e9) * 1_000_000_000L;
    long span = query.range().toNanos() - query.range().fromNanos();
    stepNanos = Math.max(Math.max(asked, least), span / MAX_STEPS);
    fromNanos = Math.floorDiv(query.range().fromNanos(), stepNanos) * stepNanos;
    steps = (int) ((query.range().toNanos() - fromNanos + stepNanos - 1) / stepNanos);
  }

  private long askedStepNanos() {
    TimeRange range = query.range();
    long spanMicros = range.toUnixMicros() - range.fromUnixMicros();
    return Math.max(1_000_000, Math.min(query.stepMicros(), spanMicros) * 1000);
  }

  private static long gap(long[] times, int i) {
    return times[i] - times[i - 1];
  }

  private int step(long timeNanos) {
    return timeNanos < fromNanos ? -1 : (int) ((timeNanos - fromNanos) / stepNanos);
  }

  private Map<String, Line> numbers(Engine engine) throws IOException {
    Map<Long, List<MetricSql.Sample>> points = samples(engine);
    Map<String, Line> lines = new LinkedHashMap<>();
    for (MetricSql.SeriesInfo info : series) {
      Bins own = new Bins(steps, statistic == Statistic.MAX);
      for (MetricSql.Sample sample : points.getOrDefault(info.id(), List.of())) {
        int at = step(sample.timeNanos());
        if (at >= 0 && at < steps && !Double.isNaN(sample.value())) {
          own.add(at, sample.value());
        }
      }
      line(lines, info, true).add(own::value);
    }
    return lines;
  }

  private Map<String, Line> rates(Engine engine) throws IOException {
    Map<Long, List<MetricSql.Sample>> points = samples(engine);
    Map<String, Line> lines = new LinkedHashMap<>();
    for (MetricSql.SeriesInfo info : series) {
      Rates own = new Rates(fromNanos, stepNanos, steps);
      MetricSql.Sample before = null;
      for (MetricSql.Sample sample : points.getOrDefault(info.id(), List.of())) {
        if (!info.cumulative()) {
          own.addDelta(
              before == null ? Long.MIN_VALUE : before.timeNanos(),
              sample.timeNanos(),
              typicalGapNanos,
              sample.value());
        } else if (before != null) {
          // a counter that falls has begun again from zero
          boolean beganAgain = info.monotonic() && sample.value() < before.value();
          own.add(
              before.timeNanos(),
              sample.timeNanos(),
              beganAgain ? sample.value() : sample.value() - before.value());
        }
        before = sample;
      }
      line(lines, info, true).add(own::perSecond);
    }
    return lines;
  }

  private Map<Long, List<MetricSql.Sample>> samples(Engine engine) throws IOException {
    Map<Long, List<MetricSql.Sample>> points =
        MetricSql.samples(engine, series, query.range(), limit);
    steps(
        points.values().stream()
            .map(p -> p.stream().mapToLong(MetricSql.Sample::timeNanos).toArray())
            .toList());
    return points;
  }

  private Map<String, Line> distributions(Engine engine) throws IOException {
    HistogramSteps points = histograms(engine);
    Map<String, Line> lines = new LinkedHashMap<>();
    for (MetricSql.SeriesInfo info : series) {
      Line line = line(lines, info, false);
      for (MetricSql.Histogram delta : points.increases(info)) {
        int at = step(delta.timeNanos());
        if (at >= 0 && at < steps) {
          line.bucket(at, steps).add(delta.bounds(), delta.counts(), delta.count(), delta.sum());
        }
      }
    }
    return lines;
  }

  private Map<String, Line> countRates(Engine engine) throws IOException {
    HistogramSteps points = histograms(engine);
    Map<String, Line> lines = new LinkedHashMap<>();
    for (MetricSql.SeriesInfo info : series) {
      Rates own = new Rates(fromNanos, stepNanos, steps);
      List<MetricSql.Histogram> of = points.of(info.id());
      List<MetricSql.Histogram> deltas = points.increases(info);
      for (int i = 0; i < deltas.size(); i++) {
        MetricSql.Histogram delta = deltas.get(i);
        if (info.cumulative()) { // the first total is the delta of nothing
          own.add(of.get(i).timeNanos(), delta.timeNanos(), delta.count());
        } else {
          own.addDelta(
              i == 0 ? Long.MIN_VALUE : of.get(i - 1).timeNanos(),
              delta.timeNanos(),
              Math.max(typicalGapNanos, askedStepNanos()),
              delta.count());
        }
      }
      line(lines, info, false).add(own::perSecond);
    }
    return lines;
  }

  private HistogramSteps histograms(Engine engine) throws IOException {
    HistogramSteps points =
        MetricSql.histograms(engine, series, query.range(), 0, askedStepNanos(), limit);
    steps(points.times());
    return points;
  }

  private Line line(Map<String, Line> lines, MetricSql.SeriesInfo info, boolean perSeries) {
    String group = query.groupBy();
    String label;
    if (group != null && group.equals("service")) {
      label = info.service();
    } else if (group != null) {
      label = label(info.labels(), group);
    } else {
      label = perSeries ? labels(info.labels()) : info.service();
    }
    String key = group == null ? info.service() + "\n" + label : label;
    return lines.computeIfAbsent(key, k -> new Line(info.service(), label));
  }

  private static String label(String json, String name) {
    JsonNode value = parse(json).path(name);
    return value.isMissingNode() ? "–" : value.asText();
  }

  private static String labels(String json) {
    StringJoiner text = new StringJoiner(", ");
    parse(json).fields().forEachRemaining(f -> text.add(f.getKey() + "=" + f.getValue().asText()));
    return text.toString();
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("labels are written by JsonText", e);
    }
  }

  /** A line while it is put together. */
  private static final class Line {
    private final String service;
    private final String label;
    private final List<IntToDoubleFunction> numbers = new ArrayList<>();
    private Buckets @Nullable [] buckets;

    Line(String service, String label) {
      this.service = service;
      this.label = label;
    }

    /** Of one series, by step. */
    void add(IntToDoubleFunction values) {
      numbers.add(values);
    }

    Buckets bucket(int step, int steps) {
      if (buckets == null) {
        buckets = new Buckets[steps];
      }
      if (buckets[step] == null) {
        buckets[step] = new Buckets();
      }
      return buckets[step];
    }

    List<@Nullable Double> values(MetricLines of) {
      List<@Nullable Double> values = new ArrayList<>(of.steps);
      for (int step = 0; step < of.steps; step++) {
        double value =
            of.histogram && of.statistic != Statistic.RATE
                ? of.value(buckets == null ? null : buckets[step])
                : of.value(numbers, step);
        values.add(Double.isNaN(value) || Double.isInfinite(value) ? null : value);
      }
      return values;
    }
  }

  private double value(@Nullable Buckets bucket) {
    if (bucket == null) {
      return Double.NaN;
    }
    return switch (statistic) {
      case P50 -> bucket.quantile(0.5);
      case P95 -> bucket.quantile(0.95);
      case P99 -> bucket.quantile(0.99);
      case MAX -> bucket.quantile(1);
      default -> bucket.mean();
    };
  }

  /** Series of one group: rates and up-down sums add up, gauges are averaged. */
  private double value(List<IntToDoubleFunction> numbers, int step) {
    double sum = 0;
    double max = Double.NEGATIVE_INFINITY;
    int with = 0;
    for (IntToDoubleFunction own : numbers) {
      double value = own.applyAsDouble(step);
      if (!Double.isNaN(value)) {
        sum += value;
        max = Math.max(max, value);
        with++;
      }
    }
    if (with == 0) {
      return Double.NaN;
    }
    return switch (statistic) {
      case RATE -> sum;
      case MAX -> max;
      default -> series.get(0).type().equals("sum") ? sum : sum / with;
    };
  }
}
