package io.vigia.collector.store;

/**
 * How fast one series grows, by step. What was added between two points belongs to the time between
 * them: a step with two points by chance, beside others with one, is no spike, nor is the first
 * point after a gap, and a step that has only begun is no fall. Not thread-safe.
 */
final class Rates {
  private final long originNanos;
  private final long stepNanos;
  private final double[] added;

  /** Of each step, for how long it is known what was added. */
  private final long[] knownNanos;

  /**
   * @param originNanos where the first step begins
   */
  Rates(long originNanos, long stepNanos, int steps) {
    this.originNanos = originNanos;
    this.stepNanos = stepNanos;
    this.added = new double[steps];
    this.knownNanos = new long[steps];
  }

  /** Takes what was added after {@code fromNanos} until {@code toNanos}. */
  void add(long fromNanos, long toNanos, double value) {
    int last = step(toNanos);
    if (fromNanos >= toNanos) { // nobody knows since when
      add(last, stepNanos, value);
      return;
    }
    double perNano = value / (toNanos - fromNanos);
    for (int at = Math.max(0, step(fromNanos)); at <= Math.min(last, added.length - 1); at++) {
      long begin = originNanos + at * stepNanos;
      long nanos = Math.min(toNanos, begin + stepNanos) - Math.max(fromNanos, begin);
      add(at, nanos, perNano * nanos);
    }
  }

  /**
   * The same of a delta. Of a time in which there was nothing to count none is sent: the next one
   * is not of it.
   *
   * @param beforeNanos of the delta before; {@link Long#MIN_VALUE} when there is none
   */
  void addDelta(long beforeNanos, long timeNanos, long longestNanos, double value) {
    long begin = Math.max(beforeNanos, timeNanos - longestNanos);
    if (beforeNanos != Long.MIN_VALUE && beforeNanos < begin) {
      add(beforeNanos, begin, 0);
    }
    add(begin, timeNanos, value);
  }

  private void add(int step, long nanos, double value) {
    if (step >= 0 && step < added.length) {
      added[step] += value;
      knownNanos[step] += nanos;
    }
  }

  private int step(long timeNanos) {
    return (int) Math.floorDiv(timeNanos - originNanos, stepNanos);
  }

  /** NaN where nothing is known. */
  double perSecond(int step) {
    return knownNanos[step] == 0 ? Double.NaN : added[step] * 1e9 / knownNanos[step];
  }
}
