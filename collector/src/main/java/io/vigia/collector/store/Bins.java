package io.vigia.collector.store;

/** One series' samples by step: their mean, or the largest. Not thread-safe. */
final class Bins {
  private final double[] values;
  private final int[] counts;
  private final boolean max;

  Bins(int steps, boolean max) {
    values = new double[steps];
    counts = new int[steps];
    this.max = max;
  }

  void add(int step, double value) {
    boolean larger = counts[step] == 0 || value > values[step];
    values[step] = max ? (larger ? value : values[step]) : values[step] + value;
    counts[step]++;
  }

  double value(int step) {
    if (counts[step] == 0) {
      return Double.NaN;
    }
    return max ? values[step] : values[step] / counts[step];
  }
}
