package io.vigia.agent.extension.metrics;

import java.util.List;

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

    Sample(String name, List<String> labelNames, List<String> labelValues, double value) {
      this.name = name;
      this.labelNames = labelNames;
      this.labelValues = labelValues;
      this.value = value;
    }
  }
}
