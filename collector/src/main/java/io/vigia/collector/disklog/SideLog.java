package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small durable log beside the main ones, for the few records that need a place of their own
 * (dead letters, retries). The same files, but every append is synced by its caller. Thread-safe.
 */
public final class SideLog implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SideLog.class);
  private static final long MAX_SEGMENT_BYTES = 4L << 20;
  private static final long MIN_SEGMENT_BYTES = 64L << 10;
  private static final int READ_BLOCK_BYTES = 64 << 10;
  private static final int NOTE_BLOCK_BYTES = 512;

  private final SegmentedLog log;
  private final Checksum checksum = new Checksum();
  private final DamagedFiles damaged;
  private boolean failed;

  private SideLog(SegmentedLog log) {
    this.log = log;
    this.damaged = new DamagedFiles(log.options());
  }

  /** Of a size that nobody limits. */
  public static SideLog open(Storage storage, Path directory) throws IOException {
    return open(storage, directory, Long.MAX_VALUE);
  }

  /**
   * @param maxBytes to which its user means to keep it; space is freed in parts of an eighth
   */
  public static SideLog open(Storage storage, Path directory, long maxBytes) throws IOException {
    long part = Math.max(MIN_SEGMENT_BYTES, maxBytes / 8);
    return new SideLog(
        SegmentedLog.open(
            new LogOptions(
                storage,
                directory,
                Math.min(MAX_SEGMENT_BYTES, part),
                Durability.fsync(),
                (reason, detail) -> LOG.warn("{}: {}", reason, detail))));
  }

  /** Durable when this returns. Its position counts the note's items, not the payload's. */
  public synchronized LogPosition append(Envelope envelope, SideNote note, ByteBuffer payload)
      throws IOException {
    write(envelope, note, payload);
    commit();
    return log.end();
  }

  /**
   * One of several records that are made durable together by {@link #commit}. After a failure of
   * either all that was not committed is forgotten.
   */
  public synchronized void write(Envelope envelope, SideNote note, ByteBuffer payload)
      throws IOException {
    if (failed) {
      log.restart();
      failed = false;
    }
    LogPosition at = log.written();
    int most =
        Math.toIntExact(
            RecordFormat.maxBytes(envelope, payload.remaining()) + EnvelopeCodec.maxBytes(note));
    ByteBuffer buffer = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    RecordFormat.append(
        buffer, envelope, note, note.items(), payload, at.sequence(), at.items(), checksum);
    try {
      log.write(buffer.flip());
    } catch (IOException | RuntimeException | Error e) {
      failed = true;
      throw e;
    }
  }

  /** What was written is durable, and readers see it, when this returns. */
  public synchronized void commit() throws IOException {
    try {
      log.sync();
      log.publish();
    } catch (IOException | RuntimeException | Error e) {
      failed = true;
      throw e;
    }
  }

  public LogReader reader(LogPosition from) {
    return new LogReader(log, null, this::unreadable, from, READ_BLOCK_BYTES);
  }

  /** As {@link DiskLog#peekingReader}. */
  public LogReader peekingReader(LogPosition from) {
    return new LogReader(log, null, this::unreadable, from, NOTE_BLOCK_BYTES);
  }

  /**
   * Shows the records from a position on whose note is chosen, whole and undamaged. Of the others
   * only headers and envelopes are read, so that what is not chosen costs little, however much it
   * is.
   */
  public void forEach(LogPosition from, Predicate<SideNote> chosen, Consumer<LogEntry> visitor)
      throws IOException {
    try (LogReader notes = new LogReader(log, null, this::unreadable, from, NOTE_BLOCK_BYTES);
        LogReader whole = reader(from)) {
      while (notes.position().sequence() < log.end().sequence()) {
        SideNote note = notes.peekNote();
        if (note != null && !chosen.test(note)) {
          notes.skip();
          continue;
        }
        whole.seek(notes.position());
        LogEntry entry = whole.next();
        if (entry == null) {
          return;
        }
        if (entry.note() != null) {
          visitor.accept(entry);
        }
        notes.seek(entry.to());
      }
    }
  }

  /** Told of each record, or damaged stretch, of a side log. */
  @FunctionalInterface
  public interface NoteVisitor {
    /**
     * @param note null where it cannot be read
     */
    void visit(LogPosition from, LogPosition to, @Nullable SideNote note);
  }

  /**
   * Shows what is there from a position on. Only headers and envelopes are read: whether a payload
   * is undamaged nobody looks at.
   */
  public void forEachNote(LogPosition from, NoteVisitor visitor) throws IOException {
    try (LogReader notes = new LogReader(log, null, this::unreadable, from, NOTE_BLOCK_BYTES)) {
      while (notes.position().sequence() < log.end().sequence()) {
        LogPosition at = notes.position();
        SideNote note = notes.peekNote();
        if (note != null) {
          notes.skip();
        } else if (notes.next() == null) {
          return;
        }
        visitor.visit(at, notes.position(), note);
      }
    }
  }

  private void unreadable(LogEntry gap, @Nullable Segment segment, long offset, long length) {
    LOG.warn("{}: {} items cannot be read", log.options().directory(), gap.items());
    damaged.keep(gap, segment, offset, length);
  }

  public long logId() {
    return log.logId();
  }

  public LogPosition oldest() {
    return log.start();
  }

  public LogPosition end() {
    return log.end();
  }

  public long bytes() {
    return log.end().bytes() - log.start().bytes();
  }

  /** Where the second file begins, or null when there is only one. */
  public @Nullable LogPosition nextSegmentStart() {
    List<Segment> segments = log.segments().all();
    return segments.size() < 2 ? null : segments.get(1).start();
  }

  public synchronized void deleteBefore(long sequence) throws IOException {
    log.deleteBefore(sequence);
  }

  @Override
  public synchronized void close() throws IOException {
    if (failed) {
      log.abandon(); // what was not committed must not come back
      return;
    }
    log.close();
  }
}
