package io.vigia.agent.extension.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A Prometheus metric family as it would be scraped. Immutable. */
final class Family {

  final String name;

  /** {@code COUNTER}, {@code GAUGE}, {@code HISTOGRAM}, {@code SUMMARY} or another word. */
  final String type;

  final String help;
  final List<Sample> samples;

  /** Of a histogram that has no classic buckets; {@code samples} is then empty. */
  final List<NativePoint> nativePoints;

  Family(String name, String type, String help, List<Sample> samples) {
    this(name, type, help, samples, Collections.emptyList());
  }

  Family(
      String name, String type, String help, List<Sample> samples, List<NativePoint> nativePoints) {
    this.nativePoints = nativePoints;
    this.name = name;
    this.type = type;
    this.help = help;
    this.samples = samples;
  }

  /**
   * With the series that only an older family of the same name has, of another registry or of
   * another collector; one of another type has none.
   */
  Family and(Family older) {
    if (samples.isEmpty() && nativePoints.isEmpty()) {
      return older;
    }
    if (!type.equals(older.type) || nativePoints.isEmpty() != older.nativePoints.isEmpty()) {
      return this;
    }
    Set<Object> known = new HashSet<>();
    samples.forEach(sample -> known.add(sample.series()));
    nativePoints.forEach(point -> known.add(point.series()));
    List<Sample> all = new ArrayList<>(samples);
    for (Sample sample : older.samples) {
      if (!known.contains(sample.series())) {
        all.add(sample);
      }
    }
    List<NativePoint> points = new ArrayList<>(nativePoints);
    for (NativePoint point : older.nativePoints) {
      if (!known.contains(point.series())) {
        points.add(point);
      }
    }
    return new Family(name, type, help, all, points);
  }

  /** Labels, but for those that tell the samples of one series apart. */
  private static Object series(List<String> names, List<String> values) {
    Map<String, @Nullable String> series = new HashMap<>();
    for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
      if (!names.get(i).equals("le") && !names.get(i).equals("quantile")) {
        series.put(names.get(i), values.get(i));
      }
    }
    return series;
  }

  /** One line of the exposition format. */
  static final class Sample {
    final String name;
    final List<String> labelNames;
    final List<String> labelValues;
    final double value;
    final @Nullable Exemplar exemplar;

    Sample(String name, List<String> labelNames, List<String> labelValues, double value) {
      this(name, labelNames, labelValues, value, null);
    }

    Sample(
        String name,
        List<String> labelNames,
        List<String> labelValues,
        double value,
        @Nullable Exemplar exemplar) {
      this.exemplar = exemplar;
      this.name = name;
      this.labelNames = labelNames;
      this.labelValues = labelValues;
      this.value = value;
    }

    private Object series() {
      return Family.series(labelNames, labelValues);
    }
  }

  /**
   * One native histogram (Prometheus, "Native Histograms" specification): bucket {@code i} ends at
   * 2^(i · 2^-schema), inclusive; the buckets of negative values mirror those.
   */
  static final class NativePoint {
    final List<String> labelNames;
    final List<String> labelValues;
    final int schema;
    final double sum;
    final long zeroCount;
    final SortedMap<Integer, Long> positive;
    final SortedMap<Integer, Long> negative;
    final List<Exemplar> exemplars;

    NativePoint(
        List<String> labelNames,
        List<String> labelValues,
        int schema,
        double sum,
        long zeroCount,
        SortedMap<Integer, Long> positive,
        SortedMap<Integer, Long> negative,
        List<Exemplar> exemplars) {
      this.labelNames = labelNames;
      this.labelValues = labelValues;
      this.schema = schema;
      this.sum = sum;
      this.zeroCount = zeroCount;
      this.positive = positive;
      this.negative = negative;
      this.exemplars = exemplars;
    }

    private Object series() {
      return Family.series(labelNames, labelValues);
    }
  }

  /** One observation, with the trace that it was made in. */
  static final class Exemplar {
    final double value;

    /** 0 when unknown. */
    final long epochMillis;

    final List<String> labelNames;
    final List<String> labelValues;

    Exemplar(double value, long epochMillis, List<String> labelNames, List<String> labelValues) {
      this.value = value;
      this.epochMillis = epochMillis;
      this.labelNames = labelNames;
      this.labelValues = labelValues;
    }
  }
}
