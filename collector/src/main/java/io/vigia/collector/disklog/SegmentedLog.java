package io.vigia.collector.disklog;

import io.vigia.collector.core.UnixTime;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one log: written by one thread at a time, read by any number of {@link LogReader}s.
 *
 * <p>After any method of the writer threw, {@link #restart} must be called before the next write: a
 * failed fsync says nothing about what is on the disk, so it is never repeated on the same segment.
 */
final class SegmentedLog implements Closeable {
  private final LogOptions options;
  private final SegmentList segments;
  private final LogMeta meta;
  private final long logId;
  private final Checksum checksum = new Checksum();

  private int epoch;
  private LogPosition written;
  private @Nullable Segment active;
  private @Nullable StorageFile file;
  private long syncedOffset;

  /** Readers go up to here and not further. */
  private volatile LogPosition end;

  private SegmentedLog(LogOptions options, LogOpener.Opened opened) {
    this.options = options;
    this.segments = opened.segments();
    this.meta = opened.meta();
    this.logId = opened.state().logId();
    this.epoch = opened.state().epoch();
    this.end = opened.state().end();
    this.written = end;
  }

  static SegmentedLog open(LogOptions options) throws IOException {
    return new SegmentedLog(options, LogOpener.open(options));
  }

  LogOptions options() {
    return options;
  }

  SegmentList segments() {
    return segments;
  }

  long logId() {
    return logId;
  }

  int epoch() {
    return epoch;
  }

  /** The end of what readers may see. */
  LogPosition end() {
    return end;
  }

  /** Where the next write goes: the end, and what is not shown yet. For the writer. */
  LogPosition written() {
    return written;
  }

  /** The beginning of the oldest retained record. */
  LogPosition start() {
    Segment first = segments.first();
    return first == null ? end : first.start();
  }

  /**
   * Appends whole records with unsealed headers, numbered from {@code written} on; seals them.
   *
   * @param records between 0 and its limit
   */
  void write(ByteBuffer records) throws IOException {
    int length = records.limit();
    StorageFile out = file;
    Segment segment = active;
    if (out == null || segment == null || roomLacks(segment, length)) {
      segment = roll();
      out = java.util.Objects.requireNonNull(file);
    }
    long offset = written.bytes() - segment.start().bytes();
    LogPosition after = written;
    for (int at = 0; at < length; ) {
      RecordFormat.seal(records, at, logId, epoch, (int) syncedOffset, checksum);
      int next = at + RecordFormat.recordLength(records, at);
      after =
          new LogPosition(after.sequence() + 1, after.items() + RecordFormat.items(records, at), 0);
      at = next;
    }
    out.writeFully(records.position(0), offset);
    written = new LogPosition(after.sequence(), after.items(), written.bytes() + length);
  }

  private boolean roomLacks(Segment segment, int length) {
    long offset = written.bytes() - segment.start().bytes();
    return offset > SegmentHeader.BYTES && offset + length > options.segmentBytes();
  }

  /** Everything written is on stable storage when this returns. */
  void sync() throws IOException {
    Segment segment = active;
    if (file != null && segment != null) {
      file.sync();
      syncedOffset = written.bytes() - segment.start().bytes();
    }
  }

  /** Shows readers everything written. */
  void publish() {
    Segment segment = active;
    if (segment != null) {
      segment.publish(written.bytes() - segment.start().bytes());
    }
    end = written;
  }

  private Segment roll() throws IOException {
    if (file != null) {
      sync();
      publish();
      meta.save(new LogMeta.State(logId, epoch, false, end));
      closeFile();
    }
    Segment last = segments.last();
    if (last != null && last.start().sequence() == written.sequence()) {
      segments.remove(last); // it holds nothing; the new one gets its name
      options.storage().delete(last.path);
    }
    SegmentHeader header =
        new SegmentHeader(
            logId, epoch, written, UnixTime.nowNanos(), !options.durability().syncsBeforeAck());
    Segment segment =
        new Segment(
            Segment.path(options.directory(), written.sequence()), header, SegmentHeader.BYTES);
    options.storage().delete(segment.path); // left over where making it failed half-way
    StorageFile created = options.storage().create(segment.path);
    try {
      created.writeFully(header.encode(), 0);
      created.sync();
      options.storage().syncDirectory(options.directory());
    } catch (IOException e) {
      created.close();
      options.storage().delete(segment.path);
      throw e;
    }
    segments.add(segment);
    active = segment;
    file = created;
    syncedOffset = SegmentHeader.BYTES;
    written =
        new LogPosition(written.sequence(), written.items(), written.bytes() + SegmentHeader.BYTES);
    return segment;
  }

  /**
   * After a failure: forgets what was written and not shown to readers, and goes on in a new
   * segment under a new epoch, so that no position is used twice. May fail; to be called again.
   */
  void restart() throws IOException {
    Segment failed = active;
    if (failed != null) {
      try {
        if (file != null) {
          file.truncate(failed.readableBytes());
        }
      } catch (IOException stillFailing) {
        // readers stop at the published end, and the next segment's first sequence rules
      }
      closeFile();
    }
    written = end;
    epoch++;
    meta.save(new LogMeta.State(logId, epoch, false, end));
    roll();
  }

  private void closeFile() {
    StorageFile open = file;
    file = null;
    active = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // nothing depends on it: what counts was synced before, or has failed before
      }
    }
  }

  /** Deletes segments of which every record is before {@code sequence}; never the last one. */
  void deleteBefore(long sequence) throws IOException {
    List<Segment> removed = segments.removeBefore(sequence);
    for (Segment segment : removed) {
      options.storage().delete(segment.path);
    }
    if (!removed.isEmpty()) {
      options.storage().syncDirectory(options.directory()); // or a power cut brings some back
    }
  }

  /** Syncs, and says in the meta file that nothing has to be repaired. */
  @Override
  public void close() throws IOException {
    try {
      sync();
      publish();
      meta.save(new LogMeta.State(logId, epoch, true, end));
    } finally {
      closeFile();
      meta.close();
    }
  }

  /** Lets go of the files as they are, as if the process had died. */
  void abandon() throws IOException {
    closeFile();
    meta.close();
  }
}
