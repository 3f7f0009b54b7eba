package io.vigia.collector.pipeline;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait after a failure: random between zero and a bound that doubles ("full jitter"),
 * and never less than what the backend asked for. Not thread-safe.
 */
final class Backoff {
  private static final long MIN_MILLIS = 5;

  private final long initialMillis;
  private final long maxMillis;

  Backoff(long initialMillis, long maxMillis) {
    this.initialMillis = initialMillis;
    this.maxMillis = maxMillis;
  }

  /**
   * @param failures in a row, from 1
   * @param retryAfterMillis what the backend asked for, or 0
   */
  long waitMillis(int failures, long retryAfterMillis) {
    long bound = maxMillis;
    if (failures < 32) {
      bound = Math.min(maxMillis, initialMillis << (failures - 1));
    }
    long jittered = ThreadLocalRandom.current().nextLong(bound + 1);
    if (retryAfterMillis > 0) {
      // spread a crowd that was told the same time
      return retryAfterMillis + Math.min(jittered, retryAfterMillis / 4);
    }
    return Math.max(MIN_MILLIS, jittered);
  }
}
