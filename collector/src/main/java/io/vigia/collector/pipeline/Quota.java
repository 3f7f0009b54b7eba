package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import java.util.Map;

/**
 * How much disk the logs may take: all together the smaller of the first two, each not more than
 * its own.
 *
 * @param maxBytes in all
 * @param maxFreeShare share (0 to 1] of what would be free without the logs
 * @param maxBytesOf of single signals; those that are not in it have no limit of their own
 */
public record Quota(long maxBytes, double maxFreeShare, Map<Signal, Long> maxBytesOf) {
  public Quota {
    maxBytesOf = Map.copyOf(maxBytesOf);
    if (maxBytes < 1
        || maxBytesOf.values().stream().anyMatch(bytes -> bytes < 1)
        || !(maxFreeShare > 0 && maxFreeShare <= 1)) {
      throw new IllegalArgumentException(
          "quota must be at least 1 byte and a share in (0, 1]: " + maxBytes + ", " + maxFreeShare);
    }
  }

  /** Without limits for single signals. */
  public Quota(long maxBytes, double maxFreeShare) {
    this(maxBytes, maxFreeShare, Map.of());
  }

  /** 10 GiB, and not more than 80 % of the free space. */
  public static Quota defaults() {
    return new Quota(10L << 30, 0.8);
  }

  /** Bytes this signal's log may take at most. */
  long maxBytes(Signal signal) {
    return Math.min(maxBytes, maxBytesOf.getOrDefault(signal, Long.MAX_VALUE));
  }

  /** Bytes allowed when the logs take {@code usedBytes} and {@code usableBytes} are free. */
  long allowedBytes(long usedBytes, long usableBytes) {
    // some file systems have room for 8 EiB, as they say: together that is more than a long
    double share = ((double) usedBytes + usableBytes) * maxFreeShare;
    return share >= maxBytes ? maxBytes : (long) share;
  }
}
