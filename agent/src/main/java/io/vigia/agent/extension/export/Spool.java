package io.vigia.agent.extension.export;

import io.vigia.agent.boot.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that wait for the collector, first in first out for each stream. On disk where a private
 * directory can be had ({@link SpoolDirectory}), otherwise in memory with a small limit. Bounded in
 * bytes over all streams, of which none may have more than three quarters: a receiver that is never
 * there leaves the others room. Full means the new payload is refused, so that the order stays.
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

    /** How often the collector has failed with it; of its {@link Outbox}. */
    int failures;

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

  private static final long MAX_MEMORY_BYTES = HeapShare.atMost(4L << 20);

  private final @Nullable SpoolDirectory directory;
  private final Map<String, ArrayDeque<Item>> items = new HashMap<>();
  private final Room disk;
  private final Room memory = new Room(MAX_MEMORY_BYTES);
  private boolean unwritable;

  /**
   * @param directory {@code null} to keep in memory only
   * @param maxDiskBytes how much this process may have on disk
   */
  public Spool(@Nullable SpoolDirectory directory, long maxDiskBytes) {
    this.directory = directory;
    this.disk = new Room(maxDiskBytes);
  }

  /** Whether the payload was kept. Does file I/O: never call it on an application's thread. */
  boolean add(String stream, byte[] payload) {
    StringBuilder problem = new StringBuilder();
    boolean kept = add(stream, payload, problem);
    if (problem.length() > 0) { // without the lock: stderr may be a pipe that nobody reads
      Console.say(problem.toString());
    }
    return kept;
  }

  private synchronized boolean add(String stream, byte[] payload, StringBuilder problem) {
    if (directory != null && disk.isFor(stream, payload.length)) {
      try {
        String file = directory.write(stream, payload);
        append(new Item(stream, directory, file, payload.length));
        disk.add(stream, payload.length);
        return true;
      } catch (IOException e) {
        // disk full or read-only: the little that fits into memory is better than nothing
        if (!unwritable) {
          unwritable = true;
          problem.append("what waits for the collector cannot be written to disk: ").append(e);
          problem.append("; ").append(MAX_MEMORY_BYTES >> 20).append(" MiB of it wait in memory,");
          problem.append(" and are lost with the process (VIGIA_SPILL_DIR)");
        }
      }
    }
    if (!memory.isFor(stream, payload.length)) {
      return false;
    }
    append(new Item(stream, payload));
    memory.add(stream, payload.length);
    return true;
  }

  synchronized @Nullable Item oldest(String stream) {
    ArrayDeque<Item> queue = items.get(stream);
    return queue == null ? null : queue.peek();
  }

  /** The one behind an item that is the oldest. */
  synchronized @Nullable Item after(Item oldest) {
    for (Item item : items.getOrDefault(oldest.stream, new ArrayDeque<>())) {
      if (item != oldest) {
        return item;
      }
    }
    return null;
  }

  /** Forgets an item that was delivered or given up. */
  synchronized void remove(Item item) {
    ArrayDeque<Item> queue = items.get(item.stream);
    if (queue == null || !queue.remove(item)) {
      return;
    }
    if (item.directory != null && item.file != null) {
      item.directory.delete(item.file);
      disk.add(item.stream, -item.size);
    } else {
      memory.add(item.stream, -item.size);
    }
  }

  /** Whether another process may have left something. */
  boolean mayAdopt() {
    return directory != null && directory.exists();
  }

  /** Takes over everything that processes that are gone left behind. */
  int adopt() {
    return adopt(stream -> true, () -> true);
  }

  /**
   * Takes over what processes that are gone left behind, as far as it fits; gives the number of
   * payloads. There may be tens of thousands: others are let in after each.
   *
   * @param streams those that are sent from here; the rest would only take the room of these
   * @param goOn asked before each payload
   */
  int adopt(Predicate<String> streams, BooleanSupplier goOn) {
    SpoolDirectory own = directory;
    int[] adopted = {0};
    if (own != null) {
      own.offer(
          (file, stream, size) -> {
            boolean taken =
                goOn.getAsBoolean() && streams.test(stream) && take(own, file, stream, size);
            adopted[0] += taken ? 1 : 0;
            return taken;
          });
    }
    return adopted[0];
  }

  private synchronized boolean take(SpoolDirectory own, Path file, String stream, long size)
      throws IOException {
    if (!disk.isFor(stream, size)) {
      return false;
    }
    append(new Item(stream, own, own.take(file, stream), size));
    disk.add(stream, size);
    return true;
  }

  synchronized boolean isEmpty() {
    return disk.all + memory.all == 0;
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

  /** How much is used of a limit, in all and by each stream. */
  private static final class Room {
    private final long max;
    private final Map<String, Long> byStream = new HashMap<>();
    private long all;

    Room(long max) {
      this.max = max;
    }

    boolean isFor(String stream, long more) {
      long own = byStream.getOrDefault(stream, 0L) + more;
      return all + more <= max && own <= max - max / 4;
    }

    void add(String stream, long more) {
      all += more;
      byStream.merge(stream, more, Long::sum);
    }
  }
}
