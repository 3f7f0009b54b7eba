package io.vigia.collector.disklog;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which appends wait for their fsync, shared by all logs of a collector and bounded.
 * Thread-safe.
 */
public final class StagingPool {
  /** Big enough for efficient writes, small enough to have several. */
  static final int CHUNK_BYTES = 512 * 1024;

  /** Kept for re-use; more are freed when they come back. */
  private static final int MAX_SPARE = 6;

  private final long maxBytes;
  private final ArrayDeque<StagingChunk> spare = new ArrayDeque<>();
  private long usedBytes;

  /**
   * @param maxBytes direct memory in use at most
   */
  public StagingPool(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** A chunk with room for {@code bytes}, or null when the budget is used up. */
  synchronized @Nullable StagingChunk acquire(int bytes) {
    int capacity = Math.max(bytes, CHUNK_BYTES);
    // one chunk is always granted, so that a record of any permitted size can pass
    if (usedBytes > 0 && usedBytes + capacity > maxBytes) {
      return null;
    }
    StagingChunk chunk = capacity == CHUNK_BYTES ? spare.poll() : null;
    if (chunk == null) {
      try {
        chunk = new StagingChunk(capacity);
      } catch (OutOfMemoryError noDirectMemoryLeft) {
        return null;
      }
    }
    usedBytes += capacity;
    return chunk;
  }

  synchronized void release(StagingChunk chunk) {
    usedBytes -= chunk.buffer.capacity();
    chunk.clear();
    if (chunk.buffer.capacity() == CHUNK_BYTES && spare.size() < MAX_SPARE) {
      spare.push(chunk);
    }
  }

  /** Bytes of chunks in use. */
  public synchronized long usedBytes() {
    return usedBytes;
  }
}
