package io.vigia.collector.export.prometheus;

/**
 * What is said once of all series of a name.
 *
 * @param name with unit and {@code _total}
 * @param unit in words, or empty
 */
record MetricFamily(String name, Type type, String help, String unit) {
  /** With the numbers of {@code MetricMetadata.MetricType} (prometheus/prompb/types.proto). */
  enum Type {
    UNKNOWN(0, "untyped", "unknown"),
    COUNTER(1, "counter", "counter"),
    GAUGE(2, "gauge", "gauge"),
    HISTOGRAM(3, "histogram", "histogram"),
    SUMMARY(5, "summary", "summary"),
    INFO(6, "gauge", "info");

    final int number;
    final String text;
    final String openMetrics;

    Type(int number, String text, String openMetrics) {
      this.number = number;
      this.text = text;
      this.openMetrics = openMetrics;
    }
  }
}
