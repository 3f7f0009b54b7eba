package io.vigia.agent.extension.metrics;

import java.util.Collections;
import java.util.List;
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
