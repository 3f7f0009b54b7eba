package io.vigia.collector.core;

import java.time.Instant;

/** Wall time as OTLP and the formats on disk want it: nanoseconds since 1970, until 2262. */
public final class UnixTime {
  private UnixTime() {}

  public static long nowNanos() {
    return nanos(Instant.now());
  }

  public static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
