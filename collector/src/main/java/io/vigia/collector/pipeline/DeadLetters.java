package io.vigia.collector.pipeline;

import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.UnixTime;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.LogReader;
import io.vigia.collector.disklog.SideLog;
import io.vigia.collector.disklog.SideNote;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a destination will never take, kept on disk with the reason. A log with a cursor of its own:
 * what was taken out again, and why, is counted there. Made on first use. Thread-safe.
 */
final class DeadLetters implements Closeable {
  /** Why letters are here no more, beside the operator's own {@code dropped}. */
  static final String RETRIED = "retried";

  private static final String SIZE = "size";
  private static final long COMMIT_BYTES = 1L << 20;

  private final String destination;
  private final Storage storage;
  private final Path directory;
  private final long maxBytes;
  private @Nullable SideLog log;
  private @Nullable Cursor cursor;
  private boolean closed;

  /** What to do with a letter. */
  enum Choice {
    KEEP,
    /** It was given to its destination again. */
    RETRIED,
    DROP
  }

  /** Looks at one letter. */
  interface Visitor {
    /**
     * @param bytes it takes on disk
     * @return false to see no more
     */
    boolean visit(LogRecord record, SideNote note, long bytes) throws IOException;
  }

  /** Decides about letters. */
  interface Judge {
    Choice judge(LogRecord record, SideNote note) throws IOException;

    /** What it said {@link Choice#RETRIED} of is durable elsewhere when this returns. */
    default void commit() throws IOException {}
  }

  /**
   * @param maxBytes above which the oldest are thrown away, counted as {@code size}
   */
  DeadLetters(String destination, Storage storage, Path directory, long maxBytes) {
    this.destination = destination;
    this.storage = storage;
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** Opens what is there, so that it is counted, and brings it below the limit. */
  synchronized void openIfPresent() throws IOException {
    if (storage.exists(directory.resolve("meta"))) {
      makeRoom(open(), 0);
    }
  }

  private SideLog open() throws IOException {
    SideLog open = log;
    if (open == null) {
      if (closed) { // a dispatcher that was stuck in a write: another one may be at work here
        throw new IOException(directory + " is closed");
      }
      open = SideLog.open(storage, directory, maxBytes);
      try {
        cursor = Cursor.open(storage, directory.resolve("cursor"), open);
      } catch (IOException | RuntimeException e) {
        open.close();
        throw e;
      }
      log = open;
    }
    return open;
  }

  /**
   * Durable when this returns.
   *
   * @param items which of the record's, or null for all
   */
  synchronized void add(LogRecord record, @Nullable BitSet items, String reason, String detail)
      throws IOException {
    SideLog open = open();
    makeRoom(open, record.payload().remaining());
    open.append(
        record.envelope(),
        new SideNote(
            record.id(),
            record.signal(),
            record.items(),
            items,
            reason,
            shorten(detail),
            UnixTime.nowNanos()),
        record.payload());
  }

  private static String shorten(String detail) {
    return detail.length() <= 1_000 ? detail : detail.substring(0, 1_000);
  }

  /** Throws away the oldest files; the newest one stays, however big. */
  private void makeRoom(SideLog open, long forBytes) throws IOException {
    Cursor own = cursor;
    LogPosition next;
    while (own != null
        && open.bytes() + forBytes > maxBytes
        && (next = open.nextSegmentStart()) != null) {
      own.drop(own.lowWater(), next, SIZE);
      free(open, own, next);
    }
  }

  private static void free(SideLog open, Cursor own, LogPosition before) throws IOException {
    own.save();
    open.deleteBefore(Math.min(before.sequence(), own.savedLowWater().sequence()));
  }

  /** Shows all that are there now, the oldest first. */
  synchronized void forEach(Visitor visitor) throws IOException {
    SideLog open = log;
    Cursor own = cursor;
    if (open == null || own == null) {
      return;
    }
    try (LogReader reader = open.reader(own.lowWater())) {
      LogEntry entry;
      while ((entry = reader.next()) != null) {
        LogRecord record = entry.record();
        SideNote note = entry.note();
        long bytes = entry.to().bytes() - entry.from().bytes();
        if (record != null
            && note != null
            && !own.isDone(entry.from().sequence())
            && !visitor.visit(record, note, bytes)) {
          return;
        }
      }
    }
  }

  /**
   * Takes out what is to go.
   *
   * @return how many items went
   */
  synchronized long takeOut(Judge judge) throws IOException {
    SideLog open = log;
    Cursor own = cursor;
    if (open == null || own == null) {
      return 0;
    }
    long before = own.ledger(open.end()).pending();
    LogPosition end = open.end();
    List<LogEntry> retried = new ArrayList<>();
    long retriedBytes = 0;
    try (LogReader reader = open.reader(own.lowWater())) {
      LogEntry entry;
      while (reader.position().sequence() < end.sequence() && (entry = reader.next()) != null) {
        LogRecord record = entry.record();
        SideNote note = entry.note();
        if (record == null || note == null) {
          own.drop(entry.from(), entry.to(), String.valueOf(entry.damage()));
        } else if (!own.isDone(entry.from().sequence())) {
          switch (judge.judge(record, note)) {
            case DROP -> own.drop(entry.from(), entry.to(), "dropped");
            case KEEP -> keep(open, own, entry, record, note);
            case RETRIED -> {
              retried.add(entry);
              retriedBytes += record.payload().remaining();
            }
          }
        }
        if (retriedBytes > COMMIT_BYTES) {
          commit(judge, own, retried);
          retriedBytes = 0;
        }
      }
      commit(judge, own, retried);
    } finally {
      free(open, own, open.end()); // also when only a part went: that must not go twice
    }
    return before - own.ledger(open.end()).pending();
  }

  private static void commit(Judge judge, Cursor own, List<LogEntry> retried) throws IOException {
    judge.commit();
    for (LogEntry entry : retried) {
      own.done(entry.from(), entry.to(), entry.items(), 0, Map.of());
    }
    retried.clear();
  }

  private static void keep(
      SideLog open, Cursor own, LogEntry entry, LogRecord record, SideNote note)
      throws IOException {
    if (own.crowded()) { // a cursor remembers so many holes and no more: moved to the end
      open.append(record.envelope(), note, record.payload());
      own.done(entry.from(), entry.to(), 0, 0, Map.of(), entry.items());
    }
  }

  synchronized DeadLetterStatus status() {
    SideLog open = log;
    Cursor own = cursor;
    if (open == null || own == null) {
      return new DeadLetterStatus(destination, 0, 0, Map.of());
    }
    Cursor.Ledger ledger = own.ledger(open.end());
    Map<String, Long> removed = new LinkedHashMap<>(ledger.dropped());
    if (ledger.delivered() > 0) {
      removed.put(RETRIED, ledger.delivered());
    }
    return new DeadLetterStatus(destination, ledger.pending(), open.bytes(), removed);
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    SideLog open = log;
    Cursor own = cursor;
    log = null;
    cursor = null;
    if (own != null) {
      own.close();
    }
    if (open != null) {
      open.close();
    }
  }
}
