package io.vigia.agent.extension.metrics;

import java.util.function.LongSupplier;

/**
 * When something began to count. A clock that is set back to before that would have its points end
 * before they begin: then it is as long ago as time has passed. Thread-safe.
 */
final class StartTime {

  private final LongSupplier nanoTime;
  private final long startNanos;
  private long epochNanos;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  StartTime(long epochNanos, LongSupplier nanoTime) {
    this.epochNanos = epochNanos;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  static StartTime now() {
    return new StartTime(System.currentTimeMillis() * 1_000_000L, System::nanoTime);
  }

  /** Nanoseconds since 1970, for a point that ends at {@code endEpochNanos}. */
  synchronized long before(long endEpochNanos) {
    if (epochNanos > endEpochNanos) {
      epochNanos = endEpochNanos - (nanoTime.getAsLong() - startNanos);
    }
    return epochNanos;
  }
}
