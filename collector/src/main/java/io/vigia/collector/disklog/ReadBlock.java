package io.vigia.collector.disklog;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a stretch of a segment file is read into, and that the payloads of its records lie
 * in. It is filled from its beginning on and never written twice, until everybody is done with it;
 * then it is used again. Nobody has to be: what is not given back is garbage. Not thread-safe.
 */
final class ReadBlock implements Runnable {
  private final Pool pool;
  private final ByteBuffer bytes;

  /** How the pool holds it: where memory is short, blocks nobody uses go first. */
  private final SoftReference<ReadBlock> free = new SoftReference<>(this);

  private int users = 1;

  private ReadBlock(Pool pool, int capacity) {
    this.pool = pool;
    this.bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /** What was read lies below its limit, with an accessible array. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Before one more user is told of it. */
  void retain() {
    users++;
  }

  /** One user is done with it. */
  @Override
  public void run() {
    if (--users == 0) {
      pool.put(this);
    }
  }

  /** So that tests see who looks at it still; with assertions on only. */
  private boolean spoil() {
    Arrays.fill(bytes.array(), (byte) 0xa5);
    return true;
  }

  /** The blocks of one reader. */
  static final class Pool {
    private static final int MAX_BLOCK_BYTES = 1 << 20;

    /** As much as is on its way to one destination, with its defaults, and given back at once. */
    private static final int MAX_FREE_BYTES = 12 << 20;

    /** Records of a block at least: of the last one in it a part is read twice. */
    private static final int RECORDS = 4;

    private final ArrayDeque<SoftReference<ReadBlock>> free = new ArrayDeque<>();
    private int blockBytes;

    /**
     * @param blockBytes of a block to begin with; more when records are larger
     */
    Pool(int blockBytes) {
      this.blockBytes = blockBytes;
    }

    /** One without room. */
    ReadBlock none() {
      return new ReadBlock(this, 0);
    }

    /** An empty one with room for {@code leastBytes}, that the caller is the only user of. */
    ReadBlock take(int leastBytes) {
      if (leastBytes > blockBytes / RECORDS && blockBytes < MAX_BLOCK_BYTES) {
        blockBytes = (int) Math.min(MAX_BLOCK_BYTES, (long) RECORDS * leastBytes);
        free.clear(); // they are too small now
      }
      ReadBlock block = leastBytes > blockBytes ? null : poll();
      if (block == null) {
        return new ReadBlock(this, Math.max(leastBytes, blockBytes));
      }
      block.users = 1;
      block.bytes.limit(0);
      return block;
    }

    /** The one used last, which the caches know; null when there is none any more. */
    private @Nullable ReadBlock poll() {
      for (SoftReference<ReadBlock> one = free.poll(); one != null; one = free.poll()) {
        ReadBlock block = one.get();
        if (block != null) {
          return block;
        }
      }
      return null;
    }

    private void put(ReadBlock block) {
      assert block.spoil();
      boolean usual = block.bytes.capacity() == blockBytes;
      if (usual && (free.size() + 1L) * blockBytes <= MAX_FREE_BYTES) {
        free.push(block.free);
      }
    }
  }
}
