package io.vigia.collector.export.prometheus;

import java.util.List;

/**
 * One data point, named and labelled, cumulative.
 *
 * @param timestampMillis since the Unix epoch
 * @param startMillis when a total began to count, since the Unix epoch; 0 for unknown
 * @param stale the sender says there is no value any more; {@code value} is then of no use
 */
record MetricPoint(
    MetricFamily family,
    LabelSet labels,
    long timestampMillis,
    long startMillis,
    boolean stale,
    Value value,
    List<Exemplar> exemplars) {

  /** What was measured. */
  sealed interface Value permits Number, Histogram, Exponential, Summary {}

  /** Of a counter or gauge. */
  record Number(double value) implements Value {}

  /**
   * Classic buckets.
   *
   * @param bounds upper bounds, ascending, without the last (infinite) one
   * @param counts per bucket, not cumulative; one more than bounds, or none at all
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Histogram(double[] bounds, long[] counts, long count, boolean hasSum, double sum)
      implements Value {}

  /**
   * Exponential buckets: index {@code i} of a side counts values in {@code (base^(offset+i),
   * base^(offset+i+1)]} with {@code base = 2^(2^-scale)}.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Exponential(
      int scale,
      long zeroCount,
      double zeroThreshold,
      int positiveOffset,
      long[] positive,
      int negativeOffset,
      long[] negative,
      long count,
      boolean hasSum,
      double sum)
      implements Value {}

  /** Quantiles computed by the sender. */
  @SuppressWarnings("ArrayRecordComponent")
  record Summary(double[] quantiles, double[] values, long count, double sum) implements Value {}

  /** A sample of what was measured, with the trace it was measured in. */
  record Exemplar(double value, long timestampMillis, LabelSet labels) {}
}
