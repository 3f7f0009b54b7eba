package io.vigia.agent.extension.export;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that wait for the collector, first in first out for each stream. On disk where a private
 * directory can be had ({@link SpoolDirectory}), otherwise in memory with a small limit. Bounded in
 * bytes over all streams; full means the new payload is refused, so that the order stays.
 * Thread-safe.
 */
public final class Spool {

  /** The file is gone or cannot be read. */
  static final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableException(IOException cause) {
      super(cause);
    }
  }

  /** A kept payload: in memory, or the name of its file. */
  static final class Item {
    final String stream;
    final long size;
    private final @Nullable SpoolDirectory directory;
    private final @Nullable String file;
    private final byte @Nullable [] memory;

    private Item(String stream, byte[] memory) {
      this.stream = stream;
      this.size = memory.length;
      this.memory = memory;
      this.directory = null;
      this.file = null;
    }

    private Item(String stream, SpoolDirectory directory, String file, long size) {
      this.stream = stream;
      this.size = size;
      this.memory = null;
      this.directory = directory;
      this.file = file;
    }

    byte[] read() throws UnreadableException {
      if (memory != null) {
        return memory;
      }
      if (directory == null || file == null) {
        throw new AssertionError("neither in memory nor in a file");
      }
      try {
        return directory.read(file);
      } catch (IOException e) {
        throw new UnreadableException(e);
      }
    }
  }

  private static final long MAX_MEMORY_BYTES = 4L << 20;

  private final @Nullable SpoolDirectory directory;
  private final long maxDiskBytes;
  private final Map<String, ArrayDeque<Item>> items = new HashMap<>();
  private long diskBytes;
  private long memoryBytes;

  /**
   * @param directory {@code null} to keep in memory only
   * @param maxDiskBytes how much this process may have on disk
   */
  public Spool(@Nullable SpoolDirectory directory, long maxDiskBytes) {
    this.directory = directory;
    this.maxDiskBytes = maxDiskBytes;
  }

  /** Whether the payload was kept. Does file I/O: never call it on an application's thread. */
  synchronized boolean add(String stream, byte[] payload) {
    if (directory != null && diskBytes + payload.length <= maxDiskBytes) {
      try {
        String file = directory.write(stream, payload);
        append(new Item(stream, directory, file, payload.length));
        diskBytes += payload.length;
        return true;
      } catch (IOException e) {
        // disk full or read-only: the little that fits into memory is better than nothing
      }
    }
    if (memoryBytes + payload.length > MAX_MEMORY_BYTES) {
      return false;
    }
    append(new Item(stream, payload));
    memoryBytes += payload.length;
    return true;
  }

  synchronized @Nullable Item oldest(String stream) {
    ArrayDeque<Item> queue = items.get(stream);
    return queue == null ? null : queue.peek();
  }

  /** Forgets an item that was delivered or given up. */
  synchronized void remove(Item item) {
    ArrayDeque<Item> queue = items.get(item.stream);
    if (queue == null || !queue.remove(item)) {
      return;
    }
    if (item.directory != null && item.file != null) {
      item.directory.delete(item.file);
      diskBytes -= item.size;
    } else {
      memoryBytes -= item.size;
    }
  }

  /** Takes over what processes that are gone left behind; gives the number of payloads. */
  public synchronized int adopt() {
    if (directory == null) {
      return 0;
    }
    int adopted = 0;
    for (SpoolDirectory.Entry entry : directory.adopt(maxDiskBytes - diskBytes)) {
      append(new Item(entry.stream, directory, entry.file, entry.size));
      diskBytes += entry.size;
      adopted++;
    }
    return adopted;
  }

  synchronized boolean isEmpty() {
    return diskBytes + memoryBytes == 0;
  }

  /** Ends this process's use; what is left stays for the next one. Idempotent. */
  public synchronized void close() {
    if (directory != null) {
      directory.close();
    }
  }

  private void append(Item item) {
    items.computeIfAbsent(item.stream, stream -> new ArrayDeque<>()).add(item);
  }
}
