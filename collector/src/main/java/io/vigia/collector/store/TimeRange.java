package io.vigia.collector.store;

/**
 * A stretch of event time: {@code from} is in it, {@code to} is not.
 *
 * @param fromUnixMicros microseconds since the Unix epoch
 * @param toUnixMicros microseconds since the Unix epoch, after {@code fromUnixMicros}
 */
public record TimeRange(long fromUnixMicros, long toUnixMicros) {
  private static final long MAX_MICROS = Long.MAX_VALUE / 1000;

  public TimeRange {
    if (fromUnixMicros < 0 || toUnixMicros > MAX_MICROS || fromUnixMicros >= toUnixMicros) {
      throw new IllegalArgumentException("time range is empty or out of bounds");
    }
  }

  /** Everything. */
  public static TimeRange all() {
    return new TimeRange(0, MAX_MICROS);
  }

  long fromNanos() {
    return fromUnixMicros * 1000;
  }

  long toNanos() {
    return toUnixMicros * 1000;
  }

  /** Length in seconds. */
  public double seconds() {
    return (toUnixMicros - fromUnixMicros) / 1e6;
  }
}
