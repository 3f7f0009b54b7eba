package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log in order from any position up to its durable end. Damaged stretches come as entries
 * of their own, once, and cost nothing but themselves. Not thread-safe. The payloads it hands out
 * are slices of arrays that are not written again before {@link LogEntry#giveBack}.
 */
public final class LogReader implements Closeable {
  /** Told of each stretch that cannot be read. */
  @FunctionalInterface
  interface GapListener {
    /**
     * @param segment null when there is no file
     * @param offset where it begins in that file
     * @param length in bytes; 0 when nothing is there
     */
    void met(LogEntry gap, @Nullable Segment segment, long offset, long length);
  }

  private final SegmentedLog log;
  private final @Nullable Signal signal;
  private final GapListener unreadable;
  private final ReadBlock.Pool blocks;
  private final EnvelopeCodec.Decoder envelopes = new EnvelopeCodec.Decoder();

  private LogPosition position;
  private @Nullable Segment segment;
  private @Nullable StorageFile file;
  private @Nullable RecordScanner scanner;
  private long offset;

  /**
   * @param signal of all records, or null when their side notes say it
   */
  LogReader(
      SegmentedLog log,
      @Nullable Signal signal,
      GapListener unreadable,
      LogPosition from,
      int blockBytes) {
    this.log = log;
    this.signal = signal;
    this.unreadable = unreadable;
    this.position = from;
    this.blocks = new ReadBlock.Pool(blockBytes);
  }

  /** Where {@link #next} looks. */
  public LogPosition position() {
    return position;
  }

  /** Goes elsewhere; {@code bytes} is a hint, {@code sequence} rules. */
  public void seek(LogPosition to) {
    leave();
    position = to;
  }

  /**
   * The next entry, or null at the durable end.
   *
   * @throws IOException when the disk does not answer; the position is unchanged, try again later
   */
  public @Nullable LogEntry next() throws IOException {
    LogPosition end = log.end();
    if (position.sequence() >= end.sequence()) {
      return null;
    }
    Segment holding = log.segments().holding(position.sequence());
    if (holding == null) {
      Segment first = log.segments().first();
      return gap(first == null ? end : first.start(), "missing");
    }
    Segment following = log.segments().after(holding);
    LogPosition bound = following == null ? end : following.start();
    long limit = holding.readableBytes();
    RecordScanner in = scanner;
    if (in == null || holding != segment) {
      try {
        in = enter(holding, limit);
      } catch (NoSuchFileException e) {
        return gap(bound, "missing");
      }
    }
    RecordScanner.Found found = in.at(offset, limit);
    if (found == RecordScanner.Found.NOTHING) {
      return resync(in, holding, limit, bound);
    }
    return take(in, holding, bound, found);
  }

  private @Nullable LogEntry take(
      RecordScanner in, Segment holding, LogPosition bound, RecordScanner.Found found)
      throws IOException {
    ByteBuffer block = in.block().bytes();
    int at = in.index(offset);
    long sequence = RecordFormat.sequence(block, at);
    long base = holding.start().bytes();
    if (sequence < position.sequence() || sequence >= bound.sequence()) {
      return gap(bound, "missing");
    }
    if (sequence > position.sequence()) {
      return gap(
          new LogPosition(sequence, RecordFormat.itemsBefore(block, at), base + offset), "missing");
    }
    int items = RecordFormat.items(block, at);
    long next = offset + RecordFormat.recordLength(block, at);
    LogPosition to =
        new LogPosition(sequence + 1, RecordFormat.itemsBefore(block, at) + items, base + next);
    if (found == RecordScanner.Found.DAMAGED_BODY) {
      long behind = in.find(next, holding.readableBytes(), sequence + 1, bound.sequence());
      String reason = behind < 0 ? "checksum" : damageReason(in, behind, "checksum");
      LogEntry gap = gap(to, reason, holding, next);
      offset = next;
      return gap;
    }
    LogEntry entry = entry(in.block(), at, to);
    position = to;
    offset = next;
    return entry;
  }

  private LogEntry entry(ReadBlock in, int at, LogPosition to) {
    ByteBuffer block = in.bytes();
    int body = at + RecordFormat.HEADER_BYTES;
    int envelopeLength = RecordFormat.envelopeLength(block, at);
    ByteBuffer payload =
        ByteBuffer.wrap(
            block.array(),
            block.arrayOffset() + body + envelopeLength,
            RecordFormat.bodyLength(block, at) - envelopeLength);
    Envelope envelope =
        envelopes.decode(block, body, envelopeLength, RecordFormat.receiveTimeUnixNanos(block, at));
    SideNote note = envelopes.note();
    LogRecord record;
    if (signal != null) {
      RecordId id =
          new RecordId(
              RecordFormat.logId(block, at),
              RecordFormat.epoch(block, at),
              RecordFormat.sequence(block, at));
      record = new LogRecord(id, signal, envelope, RecordFormat.items(block, at), payload);
    } else if (note != null) {
      record = new LogRecord(note.origin(), note.signal(), envelope, note.originItems(), payload);
    } else {
      return new LogEntry(position, to, null, "note", null, null);
    }
    in.retain();
    return new LogEntry(position, to, record, null, note, in);
  }

  /** A stretch that was not durable yet when the record behind it was written is torn. */
  private String damageReason(RecordScanner in, long behind, String otherwise) {
    return RecordFormat.syncedTo(in.block().bytes(), in.index(behind)) <= offset
        ? "torn"
        : otherwise;
  }

  /** Looks for the next record behind bytes that are none. */
  private @Nullable LogEntry resync(
      RecordScanner in, Segment holding, long limit, LogPosition bound) throws IOException {
    long found = in.find(offset + 1, limit, position.sequence(), bound.sequence());
    if (found < 0) {
      return offset < limit ? gap(bound, "header", holding, limit) : gap(bound, "missing");
    }
    ByteBuffer block = in.block().bytes();
    int at = in.index(found);
    long sequence = RecordFormat.sequence(block, at);
    if (sequence == position.sequence()) {
      offset = found; // the hint was wrong, nothing is lost
      return next();
    }
    LogEntry gap =
        gap(
            new LogPosition(
                sequence, RecordFormat.itemsBefore(block, at), holding.start().bytes() + found),
            damageReason(in, found, "header"),
            holding,
            found);
    offset = found;
    return gap;
  }

  private LogEntry gap(LogPosition to, String reason) {
    return gap(to, reason, null, offset);
  }

  /**
   * @param endOffset up to where its bytes are in the segment, if there is one
   */
  private LogEntry gap(LogPosition to, String reason, @Nullable Segment in, long endOffset) {
    LogEntry gap = new LogEntry(position, to, null, reason, null, null);
    unreadable.met(gap, in, offset, endOffset - offset);
    position = to;
    return gap;
  }

  private RecordScanner enter(Segment holding, long limit) throws IOException {
    leave();
    StorageFile opened = log.options().storage().openForReading(holding.path);
    file = opened;
    segment = holding;
    RecordScanner in = new RecordScanner(opened, log.logId(), blocks);
    scanner = in;
    long hint = position.bytes() - holding.start().bytes();
    offset = Math.max(SegmentHeader.BYTES, hint);
    boolean right =
        in.headerAt(offset, limit)
            && RecordFormat.sequence(in.block().bytes(), in.index(offset)) == position.sequence();
    if (!right) {
      offset = SegmentHeader.BYTES;
      while (in.headerAt(offset, limit)
          && RecordFormat.sequence(in.block().bytes(), in.index(offset)) < position.sequence()) {
        offset += RecordFormat.recordLength(in.block().bytes(), in.index(offset));
      }
    }
    return in;
  }

  /** When the next record was received, or 0 at the end or before a damaged stretch. */
  public long peekReceiveTimeUnixNanos() throws IOException {
    RecordScanner in = header();
    return in == null ? 0 : RecordFormat.receiveTimeUnixNanos(in.block().bytes(), in.index(offset));
  }

  /**
   * The side note of what {@link #next} would return, without its payload: nothing says yet that it
   * is undamaged. Null at the end, and where only {@link #next} can tell.
   */
  @Nullable SideNote peekNote() throws IOException {
    RecordScanner in = ownHeader();
    if (in == null) {
      return null;
    }
    int envelopeLength = RecordFormat.envelopeLength(in.block().bytes(), in.index(offset));
    if (!in.has(offset, RecordFormat.HEADER_BYTES + envelopeLength)) {
      return null;
    }
    int body = in.index(offset) + RecordFormat.HEADER_BYTES;
    envelopes.decode(in.block().bytes(), body, envelopeLength, 0);
    return envelopes.note();
  }

  /** Goes past a record that {@link #peekNote} returned the note of, without reading it. */
  void skip() throws IOException {
    RecordScanner in = ownHeader();
    Segment holding = segment;
    if (in != null && holding != null) {
      ByteBuffer block = in.block().bytes();
      int at = in.index(offset);
      offset += RecordFormat.recordLength(block, at);
      position =
          new LogPosition(
              position.sequence() + 1,
              RecordFormat.itemsBefore(block, at) + RecordFormat.items(block, at),
              holding.start().bytes() + offset);
    }
  }

  /** When the very record that comes next has a whole header: who can look at it. */
  private @Nullable RecordScanner ownHeader() throws IOException {
    RecordScanner in;
    try {
      in = header();
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean own =
        in != null
            && RecordFormat.sequence(in.block().bytes(), in.index(offset)) == position.sequence();
    return own ? in : null;
  }

  /** When there is a whole header where the next record should be: who can look at it. */
  private @Nullable RecordScanner header() throws IOException {
    Segment holding = log.segments().holding(position.sequence());
    if (holding == null || position.sequence() >= log.end().sequence()) {
      return null;
    }
    long limit = holding.readableBytes();
    RecordScanner in = scanner == null || holding != segment ? enter(holding, limit) : scanner;
    return in.headerAt(offset, limit) ? in : null;
  }

  private void leave() {
    StorageFile open = file;
    file = null;
    segment = null;
    if (scanner != null) {
      scanner.close();
      scanner = null;
    }
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // it was only read
      }
    }
  }

  @Override
  public void close() {
    leave();
  }
}
