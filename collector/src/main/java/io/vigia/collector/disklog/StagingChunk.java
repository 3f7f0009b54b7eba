package io.vigia.collector.disklog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Records waiting to be written, and who waits for each. Used by one thread at a time. */
final class StagingChunk {
  final ByteBuffer buffer;
  final Checksum checksum = new Checksum();
  int records;

  /** The sequence after its last record's. */
  long endSequence;

  Waiter[] waiters = new Waiter[64];

  /** One append that is waiting for its answer. Doubles as that answer: one allocation each. */
  static final class Waiter extends CompletableFuture<Void> {
    final String receiver;
    final int items;
    final int bytes;
    final long startNanos = System.nanoTime();

    Waiter(String receiver, int items, int bytes) {
      this.receiver = receiver;
      this.items = items;
      this.bytes = bytes;
    }
  }

  StagingChunk(int bytes) {
    buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void add(Waiter waiter, long endSequence) {
    this.endSequence = endSequence;
    if (records == waiters.length) {
      waiters = Arrays.copyOf(waiters, 2 * records);
    }
    waiters[records++] = waiter;
  }

  void clear() {
    Arrays.fill(waiters, 0, records, null);
    records = 0;
    buffer.clear();
  }
}
