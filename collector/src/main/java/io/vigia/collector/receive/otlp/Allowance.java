package io.vigia.collector.receive.otlp;

/** So many of a kind of frame in each window of time, and one more for each that is earned. */
final class Allowance {
  private final int most;
  private final long windowNanos;
  private long windowStartNanos;
  private int spent;

  Allowance(int most, long windowNanos) {
    this.most = most;
    this.windowNanos = windowNanos;
    this.windowStartNanos = System.nanoTime();
  }

  /** False when it is used up. */
  boolean spend(long nowNanos) {
    if (nowNanos - windowStartNanos > windowNanos) {
      windowStartNanos = nowNanos;
      spent = 0;
    }
    return ++spent <= most;
  }

  /** Pays for one that was spent in this window. */
  void earn() {
    spent = Math.max(0, spent - 1);
  }
}
