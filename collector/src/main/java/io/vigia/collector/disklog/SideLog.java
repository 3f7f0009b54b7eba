package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small durable log beside the main ones, for the few records that need a place of their own
 * (dead letters, retries). The same files, but every append is synced by its caller. Thread-safe.
 */
public final class SideLog implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SideLog.class);
  private static final long SEGMENT_BYTES = 4L << 20;
  private static final int READ_BLOCK_BYTES = 64 << 10;

  private final SegmentedLog log;
  private final Checksum checksum = new Checksum();
  private boolean failed;

  private SideLog(SegmentedLog log) {
    this.log = log;
  }

  public static SideLog open(Storage storage, Path directory) throws IOException {
    return new SideLog(
        SegmentedLog.open(
            new LogOptions(
                storage,
                directory,
                SEGMENT_BYTES,
                Durability.fsync(),
                (reason, detail) -> LOG.warn("{}: {}", reason, detail))));
  }

  /** Durable when this returns. Its position counts the note's items, not the payload's. */
  public synchronized LogPosition append(Envelope envelope, SideNote note, ByteBuffer payload)
      throws IOException {
    if (failed) {
      log.restart();
      failed = false;
    }
    LogPosition at = log.end();
    int most =
        Math.toIntExact(
            RecordFormat.maxBytes(envelope, payload.remaining()) + EnvelopeCodec.maxBytes(note));
    ByteBuffer buffer = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    RecordFormat.append(
        buffer, envelope, note, note.items(), payload, at.sequence(), at.items(), checksum);
    try {
      log.write(buffer.flip());
      log.sync();
      log.publish();
    } catch (IOException e) {
      failed = true;
      throw e;
    }
    return log.end();
  }

  public LogReader reader(LogPosition from) {
    return new LogReader(
        log,
        null,
        gap -> LOG.warn("{}: {} records cannot be read", log.options().directory(), gap.items()),
        from,
        READ_BLOCK_BYTES);
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

  public synchronized void deleteBefore(long sequence) throws IOException {
    log.deleteBefore(sequence);
  }

  /** Makes room; does nothing while there is only one segment. */
  public synchronized void deleteOldestSegment() throws IOException {
    List<Segment> segments = log.segments().all();
    if (segments.size() > 1) {
      log.deleteBefore(segments.get(1).start().sequence());
    }
  }

  @Override
  public synchronized void close() throws IOException {
    log.close();
  }
}
