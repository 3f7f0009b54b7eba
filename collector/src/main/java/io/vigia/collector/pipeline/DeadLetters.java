package io.vigia.collector.pipeline;

import io.vigia.collector.core.LogRecord;
import io.vigia.collector.disklog.SideLog;
import io.vigia.collector.disklog.SideNote;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What a destination will never take, kept on disk with the reason. Made on first use. Thread-safe.
 */
final class DeadLetters implements Closeable {
  private final Storage storage;
  private final Path directory;
  private final long maxBytes;
  private @Nullable SideLog log;

  /**
   * @param maxBytes above which the oldest are thrown away
   */
  DeadLetters(Storage storage, Path directory, long maxBytes) {
    this.storage = storage;
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /**
   * Durable when this returns.
   *
   * @param items which of the record's, or null for all
   */
  synchronized void add(LogRecord record, @Nullable BitSet items, String reason, String detail)
      throws IOException {
    SideLog open = log;
    if (open == null) {
      open = SideLog.open(storage, directory);
      log = open;
    }
    SideNote note =
        new SideNote(record.id(), record.signal(), record.items(), items, reason, shorten(detail));
    open.append(record.envelope(), note, record.payload());
    if (open.bytes() > maxBytes) {
      open.deleteOldestSegment();
    }
  }

  private static String shorten(String detail) {
    return detail.length() <= 1_000 ? detail : detail.substring(0, 1_000);
  }

  @Override
  public synchronized void close() throws IOException {
    if (log != null) {
      log.close();
      log = null;
    }
  }
}
