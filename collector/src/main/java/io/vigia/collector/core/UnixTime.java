package io.vigia.collector.core;

import java.time.Instant;

/** Wall time as OTLP and the formats on disk want it: nanoseconds since 1970, until 2262. */
public final class UnixTime {
  private UnixTime() {}

  public static long nowNanos() {
    return nanos(Instant.now());
  }

  /** What is before 1677 or after 2262 comes as the first or the last moment there is. */
  public static long nanos(Instant time) {
    long seconds = time.getEpochSecond();
    try {
      return Math.addExact(Math.multiplyExact(seconds, 1_000_000_000L), time.getNano());
    } catch (ArithmeticException e) {
      return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
