package io.vigia.agent.extension.export;

import java.util.ArrayDeque;

/**
 * Bounds in bytes what waits in a batch processor of the SDK, which by itself counts items only:
 * two thousand spans with a large attribute each are a heap. What does not fit is dropped and
 * counted. Thread-safe, never waits.
 */
final class QueueBound {
  private final String stream;
  private final long maxBytes;
  private int maxItems;
  private final ExportHealth health;

  /** Of each waiting item; in which order they leave is no matter for their sum. */
  private final ArrayDeque<Integer> sizes = new ArrayDeque<>();

  private long bytes;

  /**
   * @param stream names the items in the counts
   * @param maxItems as many as the processor's own queue takes, so that it never drops uncounted
   */
  QueueBound(String stream, long maxBytes, int maxItems, ExportHealth health) {
    this.stream = stream;
    this.maxBytes = maxBytes;
    this.maxItems = maxItems;
    this.health = health;
  }

  /** For a processor that was made after its exporter. */
  void maxItems(int items) {
    synchronized (sizes) {
      maxItems = items;
    }
  }

  /** Whether the processor may have one more, of this size. */
  boolean admit(int size) {
    synchronized (sizes) {
      if (sizes.size() < maxItems && bytes + size <= maxBytes) {
        sizes.add(size);
        bytes += size;
        return true;
      }
    }
    health.dropped(stream, "queue full");
    return false;
  }

  /** So many are not in memory any more. */
  void release(int items) {
    synchronized (sizes) {
      for (int i = 0; i < items && !sizes.isEmpty(); i++) {
        bytes -= sizes.remove();
      }
    }
  }
}
