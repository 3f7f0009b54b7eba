package io.vigia.collector.disklog;

import java.time.Instant;

/** Wall time as the formats want it. */
public final class Clock {
  private Clock() {}

  public static long unixNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
