package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds records in one segment file, reading it in big blocks. Not thread-safe. */
final class RecordScanner {
  private final StorageFile file;
  private final long logId;
  private final ReadBlock.Pool blocks;
  private final Checksum checksum = new Checksum();
  private ReadBlock block;
  private long blockOffset;

  /** What lies at an offset. */
  enum Found {
    RECORD,
    /** The header is whole, so that its length and items can be trusted, but the body is not. */
    DAMAGED_BODY,
    /** Nothing recognisable, or it reaches beyond the limit. */
    NOTHING
  }

  RecordScanner(StorageFile file, long logId, ReadBlock.Pool blocks) {
    this.file = file;
    this.logId = logId;
    this.blocks = blocks;
    this.block = blocks.none();
  }

  /** Looks at {@code offset}; bytes at or after {@code limit} are not there. */
  Found at(long offset, long limit) throws IOException {
    if (!headerAt(offset, limit)) {
      return Found.NOTHING;
    }
    int length = RecordFormat.recordLength(bytes(), index(offset));
    if (!load(offset, length, limit)) {
      return Found.NOTHING;
    }
    return RecordFormat.validBody(bytes(), index(offset), checksum)
        ? Found.RECORD
        : Found.DAMAGED_BODY;
  }

  /** Like {@link #at} without looking at the body. */
  boolean headerAt(long offset, long limit) throws IOException {
    return load(offset, RecordFormat.HEADER_BYTES, limit)
        && RecordFormat.validHeader(bytes(), index(offset), logId, checksum)
        && offset + RecordFormat.recordLength(bytes(), index(offset)) <= limit;
  }

  /** Whether so many bytes of a record with a whole header are there to be looked at. */
  boolean has(long offset, int length) throws IOException {
    return load(offset, length, offset + length);
  }

  /**
   * The first offset from {@code offset} on with a whole header of a record in [{@code
   * firstSequence}, {@code endSequence}), or -1. The log id is random and part of the header, so
   * that a payload cannot pretend to be one.
   */
  long find(long offset, long limit, long firstSequence, long endSequence) throws IOException {
    for (long at = offset; load(at, RecordFormat.HEADER_BYTES, limit); at++) {
      int index = index(at);
      if (bytes().getInt(index) == RecordFormat.MAGIC && headerAt(at, limit)) {
        long sequence = RecordFormat.sequence(bytes(), index(at));
        if (sequence >= firstSequence && sequence < endSequence) {
          return at;
        }
      }
    }
    return -1;
  }

  /** The block that holds what was last looked at; whoever keeps slices of it retains it. */
  ReadBlock block() {
    return block;
  }

  /** Where {@code offset} of the file is in {@link #block}. */
  int index(long offset) {
    return (int) (offset - blockOffset);
  }

  /** Makes sure that so many bytes are in the block; false when they are not in the file. */
  private boolean load(long offset, int length, long limit) throws IOException {
    if (offset + length > limit) {
      return false;
    }
    long end = blockOffset + bytes().limit();
    if (offset >= blockOffset && offset + length <= end) {
      return true;
    }
    boolean adjoins = offset >= blockOffset && offset <= end;
    if (!adjoins || offset + length > blockOffset + bytes().capacity()) {
      ReadBlock before = block;
      ReadBlock next = blocks.take(length);
      if (adjoins) {
        int kept = (int) (end - offset);
        next.bytes().limit(kept).put(0, before.bytes(), index(offset), kept);
      }
      block = next;
      blockOffset = offset;
      before.run();
    }
    readMore(limit);
    return offset + length <= blockOffset + bytes().limit();
  }

  /** Fills the block as far as there is anything. */
  private void readMore(long limit) throws IOException {
    ByteBuffer into = bytes();
    int filled = into.limit();
    int wanted = (int) Math.min(into.capacity() - filled, limit - (blockOffset + filled));
    if (wanted <= 0) {
      return;
    }
    into.limit(filled + wanted).position(filled);
    int read = 0;
    try {
      read = file.readFully(into, blockOffset + filled);
    } finally {
      into.limit(filled + read).position(0);
    }
  }

  private ByteBuffer bytes() {
    return block.bytes();
  }

  /** Nothing more is looked at. */
  void close() {
    block.run();
  }
}
