package io.vigia.agent.extension.export;

/** What waits in memory is to leave an application with a small heap the most of it. */
public final class HeapShare {

  private static final int PART = 16;

  /** Room for one large item. */
  private static final long LEAST_BYTES = 1 << 20;

  /** At most so many bytes, and of this JVM's heap no more than a sixteenth. */
  public static long atMost(long bytes) {
    return atMost(bytes, Runtime.getRuntime().maxMemory());
  }

  static long atMost(long bytes, long heapBytes) {
    return Math.min(bytes, Math.max(LEAST_BYTES, heapBytes / PART));
  }

  private HeapShare() {}
}
