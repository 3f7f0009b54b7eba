package io.vigia.collector.pipeline;

/**
 * How much disk the logs of all signals may take: the smaller of the two.
 *
 * @param maxBytes in all
 * @param maxFreeShare share (0 to 1] of what would be free without the logs
 */
public record Quota(long maxBytes, double maxFreeShare) {
  public Quota {
    if (maxBytes < 1 || !(maxFreeShare > 0 && maxFreeShare <= 1)) {
      throw new IllegalArgumentException(
          "quota must be at least 1 byte and a share in (0, 1]: " + maxBytes + ", " + maxFreeShare);
    }
  }

  /** 10 GiB, and not more than 80 % of the free space. */
  public static Quota defaults() {
    return new Quota(10L << 30, 0.8);
  }

  /** Bytes allowed when the logs take {@code usedBytes} and {@code usableBytes} are free. */
  long allowedBytes(long usedBytes, long usableBytes) {
    return Math.min(maxBytes, (long) ((usedBytes + usableBytes) * maxFreeShare));
  }
}
