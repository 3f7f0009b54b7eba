package io.vigia.collector.disklog;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) of a part of a buffer, without allocation. Not
 * thread-safe.
 */
final class Checksum {
  private final CRC32C crc = new CRC32C();

  /** The buffer's position and limit are moved and put back. */
  int of(ByteBuffer buffer, int offset, int length) {
    crc.reset();
    if (buffer.hasArray()) {
      crc.update(buffer.array(), buffer.arrayOffset() + offset, length);
    } else {
      int position = buffer.position();
      int limit = buffer.limit();
      buffer.limit(offset + length).position(offset);
      crc.update(buffer);
      buffer.limit(limit).position(position);
    }
    return (int) crc.getValue();
  }
}
