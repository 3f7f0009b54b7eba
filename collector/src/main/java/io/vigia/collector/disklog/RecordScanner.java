package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds records in one segment file, reading it in big blocks. Not thread-safe. Blocks are never
 * overwritten, so slices of them stay valid.
 */
final class RecordScanner {
  private final StorageFile file;
  private final long logId;
  private final int blockBytes;
  private final Checksum checksum = new Checksum();
  private ByteBuffer block = ByteBuffer.allocate(0);
  private long blockOffset;

  /** What lies at an offset. */
  enum Found {
    RECORD,
    /** The header is whole, so that its length and items can be trusted, but the body is not. */
    DAMAGED_BODY,
    /** Nothing recognisable, or it reaches beyond the limit. */
    NOTHING
  }

  RecordScanner(StorageFile file, long logId, int blockBytes) {
    this.file = file;
    this.logId = logId;
    this.blockBytes = blockBytes;
  }

  /** Looks at {@code offset}; bytes at or after {@code limit} are not there. */
  Found at(long offset, long limit) throws IOException {
    if (!headerAt(offset, limit)) {
      return Found.NOTHING;
    }
    int length = RecordFormat.recordLength(block, index(offset));
    if (!load(offset, length, limit)) {
      return Found.NOTHING;
    }
    return RecordFormat.validBody(block, index(offset), checksum)
        ? Found.RECORD
        : Found.DAMAGED_BODY;
  }

  /** Like {@link #at} without looking at the body. */
  boolean headerAt(long offset, long limit) throws IOException {
    return load(offset, RecordFormat.HEADER_BYTES, limit)
        && RecordFormat.validHeader(block, index(offset), logId, checksum)
        && offset + RecordFormat.recordLength(block, index(offset)) <= limit;
  }

  /**
   * The first offset from {@code offset} on with a whole header of a record in [{@code
   * firstSequence}, {@code endSequence}), or -1. The log id is random and part of the header, so
   * that a payload cannot pretend to be one.
   */
  long find(long offset, long limit, long firstSequence, long endSequence) throws IOException {
    for (long at = offset; load(at, RecordFormat.HEADER_BYTES, limit); at++) {
      int index = index(at);
      if (block.getInt(index) == RecordFormat.MAGIC && headerAt(at, limit)) {
        long sequence = RecordFormat.sequence(block, index(at));
        if (sequence >= firstSequence && sequence < endSequence) {
          return at;
        }
      }
    }
    return -1;
  }

  /** The block that holds what was last looked at. */
  ByteBuffer block() {
    return block;
  }

  /** Where {@code offset} of the file is in {@link #block}. */
  int index(long offset) {
    return (int) (offset - blockOffset);
  }

  private boolean load(long offset, int length, long limit) throws IOException {
    if (offset >= blockOffset && offset + length <= blockOffset + block.limit()) {
      return offset + length <= limit;
    }
    if (offset + length > limit) {
      return false;
    }
    int size = (int) Math.max(length, Math.min(blockBytes, limit - offset));
    ByteBuffer next = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    int read = file.readFully(next, offset);
    next.limit(read).position(0);
    block = next;
    blockOffset = offset;
    return length <= read;
  }
}
