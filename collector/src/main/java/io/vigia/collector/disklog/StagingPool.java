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

  /**
   * Larger ones have 1, 2 or 4 MiB, so that they can be used again; beyond it just what they need.
   */
  private static final int MAX_POOLED_BYTES = 4 << 20;

  /**
   * Kept for re-use. What is not kept stays resident until a garbage collection finds it, which a
   * process that makes little garbage does rarely.
   */
  private static final int MAX_SPARE_BYTES = 8 << 20;

  private final long maxBytes;
  private final ArrayDeque<StagingChunk> spare = new ArrayDeque<>();
  private long spareBytes;
  private long usedBytes;

  /**
   * @param maxBytes direct memory in use at most
   */
  public StagingPool(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** A chunk with room for {@code bytes}, or null when the budget is used up. */
  synchronized @Nullable StagingChunk acquire(int bytes) {
    int capacity = capacityFor(bytes);
    // one chunk is always granted, so that a record of any permitted size can pass
    if (usedBytes > 0 && usedBytes + capacity > maxBytes) {
      return null;
    }
    StagingChunk chunk = takeSpare(capacity);
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

  private static int capacityFor(int bytes) {
    int capacity = CHUNK_BYTES;
    while (capacity < bytes && capacity < MAX_POOLED_BYTES) {
      capacity *= 2;
    }
    return Math.max(bytes, capacity);
  }

  private @Nullable StagingChunk takeSpare(int capacity) {
    for (StagingChunk chunk : spare) {
      if (chunk.buffer.capacity() == capacity) {
        spare.remove(chunk);
        spareBytes -= capacity;
        return chunk;
      }
    }
    return null;
  }

  synchronized void release(StagingChunk chunk) {
    int capacity = chunk.buffer.capacity();
    usedBytes -= capacity;
    chunk.clear();
    if (capacity <= MAX_POOLED_BYTES && spareBytes + capacity <= MAX_SPARE_BYTES) {
      spareBytes += capacity;
      spare.push(chunk);
    }
  }

  /** Bytes of chunks in use. */
  public synchronized long usedBytes() {
    return usedBytes;
  }
}
