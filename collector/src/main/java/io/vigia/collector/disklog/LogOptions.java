package io.vigia.collector.disklog;

import java.nio.file.Path;

/**
 * How a log is kept.
 *
 * @param segmentBytes a new segment is begun when the next write would pass this size; at most
 *     {@link #MAX_SEGMENT_BYTES}
 * @param damage told once about each stretch that cannot be read
 */
record LogOptions(
    Storage storage,
    Path directory,
    long segmentBytes,
    Durability durability,
    DamageListener damage) {
  /** Offsets within a segment are 32 bits wide. */
  static final long MAX_SEGMENT_BYTES = 1L << 30;

  LogOptions {
    if (segmentBytes < 1024 || segmentBytes > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "segmentBytes must be between 1 KiB and 1 GiB, not " + segmentBytes);
    }
  }

  /** Hears of what was lost to damage. */
  @FunctionalInterface
  interface DamageListener {
    /**
     * @param reason {@code checksum}, {@code header}, {@code missing}, {@code foreign}
     * @param detail one line: the file, the place, what was done
     */
    void damaged(String reason, String detail);
  }
}
