package io.vigia.agent.extension.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Prometheus metric family as it would be scraped. Immutable. */
final class Family {

  final String name;

  /** {@code COUNTER}, {@code GAUGE}, {@code HISTOGRAM}, {@code SUMMARY} or another word. */
  final String type;

  final String help;
  final List<Sample> samples;

  Family(String name, String type, String help, List<Sample> samples) {
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
