package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a segment file; little-endian. Drawn in {@code
 * collector/docs/format/disklog.md}, section "Segment".
 *
 * @param epoch of all its records
 * @param start where in the log the segment begins
 * @param createdUnixNanos when it was made
 * @param acknowledgedUnsynced whether records here may have been acknowledged before they were
 *     synced (durability {@code interval} or {@code os})
 */
record SegmentHeader(
    long logId, int epoch, LogPosition start, long createdUnixNanos, boolean acknowledgedUnsynced) {
  static final int BYTES = 64;
  static final int VERSION = 1;

  private static final long MAGIC = 0x474F4C4149474956L; // "VIGIALOG"
  private static final int CRC = 60;

  ByteBuffer encode() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(MAGIC).putShort((short) VERSION).putShort((short) BYTES).putInt(epoch);
    buffer.putLong(logId).putLong(start.sequence()).putLong(start.items()).putLong(start.bytes());
    buffer.putLong(createdUnixNanos).putInt(acknowledgedUnsynced ? 1 : 0);
    buffer.putInt(CRC, new Checksum().of(buffer, 0, CRC));
    return buffer.clear();
  }

  /**
   * @return null when the bytes are no undamaged header
   * @throws NewerFormatException when a newer program wrote them
   */
  static @Nullable SegmentHeader decode(ByteBuffer bytes, Object file) throws IOException {
    ByteBuffer buffer = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.remaining() < BYTES
        || buffer.getLong(0) != MAGIC
        || buffer.getInt(CRC) != new Checksum().of(buffer, 0, CRC)) {
      return null;
    }
    int version = buffer.getShort(8);
    if (version > VERSION) {
      throw new NewerFormatException(file, version, VERSION);
    }
    return new SegmentHeader(
        buffer.getLong(16),
        buffer.getInt(12),
        new LogPosition(buffer.getLong(24), buffer.getLong(32), buffer.getLong(40)),
        buffer.getLong(48),
        (buffer.getInt(56) & 1) != 0);
  }
}
