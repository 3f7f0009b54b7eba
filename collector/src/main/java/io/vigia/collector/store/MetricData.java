package io.vigia.collector.store;

import java.util.List;

/** Answers about metrics. */
public final class MetricData {
  private MetricData() {}

  /**
   * @param type {@code gauge}, {@code sum}, {@code histogram}, {@code summary}
   * @param unit as sent (UCUM)
   * @param series number of series
   */
  public record Info(
      String name,
      String type,
      String unit,
      String description,
      boolean monotonic,
      List<String> services,
      long series) {}

  /** One series of a metric. {@code labels} is a JSON object. */
  public record Series(String service, RawJson labels) {}

  /**
   * @param unit of the values: the metric's own, {@code /s} appended for rates
   * @param totalLines how many lines there are; the answer has those with the highest last values
   * @param warnings why the answer is not of all points, in a line each; empty when it is
   */
  public record Result(
      String name,
      String type,
      String unit,
      String statistic,
      long fromUnixMicros,
      long stepMicros,
      int totalLines,
      List<Line> lines,
      List<String> warnings) {}

  /**
   * @param label what the line is: its labels as {@code k=v, …}, or the group's value
   * @param values one per step, null where there is none
   */
  public record Line(
      String service, String label, List<@org.jspecify.annotations.Nullable Double> values) {}
}
