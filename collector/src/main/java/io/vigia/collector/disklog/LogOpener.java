package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a log's directory holds. Costs one header read per segment and a scan of the last
 * segment only, whatever the size of the backlog; damage further back is met by readers.
 */
final class LogOpener {
  private static final int SCAN_BLOCK_BYTES = 128 << 10;

  private final LogOptions options;
  private final Storage storage;
  private final LogMeta meta;
  private final LogMeta.@Nullable State before;
  private final SegmentList segments = new SegmentList();

  /** What was found; the meta file already says "not clean" under the new epoch. */
  record Opened(LogMeta meta, LogMeta.State state, SegmentList segments) {}

  private LogOpener(LogOptions options, LogMeta meta) {
    this.options = options;
    this.storage = options.storage();
    this.meta = meta;
    this.before = meta.loaded();
  }

  static Opened open(LogOptions options) throws IOException {
    options.storage().createDirectories(options.directory());
    LogMeta meta = LogMeta.open(options.storage(), options.directory().resolve("meta"));
    try {
      return new LogOpener(options, meta).run();
    } catch (IOException | RuntimeException e) {
      meta.close();
      throw e;
    }
  }

  private Opened run() throws IOException {
    List<Path> files = new ArrayList<>();
    List<@Nullable SegmentHeader> headers = new ArrayList<>();
    for (Path path : storage.list(options.directory())) {
      if (Segment.firstSequence(path) >= 0) {
        files.add(path);
        headers.add(null);
      }
    }
    long logId = before == null ? 0 : before.logId();
    int epoch = before == null ? 0 : before.epoch();
    for (int i = 0; i < files.size(); i++) {
      SegmentHeader header = readHeader(files.get(i));
      headers.set(i, header);
      if (before == null && logId == 0 && header != null) {
        logId = header.logId();
      }
    }
    if (logId == 0) {
      logId = new SecureRandom().nextLong() | 1; // never 0
    }
    for (int i = 0; i < files.size(); i++) {
      Segment segment = adopt(files.get(i), headers.get(i), logId, i + 1 == files.size());
      if (segment != null) {
        segments.add(segment);
        epoch = Math.max(epoch, segment.header.epoch());
      }
    }
    LogPosition end = findEnd(logId);
    boolean keepEpoch = before != null && before.clean() && !meta.damaged();
    LogMeta.State state = new LogMeta.State(logId, keepEpoch ? epoch : epoch + 1, false, end);
    meta.save(state);
    return new Opened(meta, state, segments);
  }

  private @Nullable SegmentHeader readHeader(Path path) throws IOException {
    try (StorageFile file = storage.openForReading(path)) {
      ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
      file.readFully(bytes, 0);
      return SegmentHeader.decode(bytes.flip(), path);
    }
  }

  private @Nullable Segment adopt(
      Path path, @Nullable SegmentHeader header, long logId, boolean last) throws IOException {
    long named = Segment.firstSequence(path);
    if (header != null && (header.logId() != logId || header.start().sequence() != named)) {
      setAside(path, "foreign", "belongs to another log");
      return null;
    }
    long size;
    try (StorageFile file = storage.openForReading(path)) {
      size = file.size();
      if (header == null) {
        header = rebuildHeader(file, size, named, logId, last);
      }
    }
    if (header == null) {
      if (last && size <= SegmentHeader.BYTES) {
        storage.delete(path); // died while making it: it never held anything
      } else {
        setAside(path, "header", "holds no readable record");
      }
      return null;
    }
    return new Segment(path, header, size);
  }

  /**
   * From the first record that is there; in the last segment, whose end is yet to be found, only
   * when a whole one follows: what it says of items before it must not be cut off later.
   */
  private @Nullable SegmentHeader rebuildHeader(
      StorageFile file, long size, long firstSequence, long logId, boolean last)
      throws IOException {
    RecordScanner scanner = new RecordScanner(file, logId, new ReadBlock.Pool(SCAN_BLOCK_BYTES));
    long first = scanner.find(SegmentHeader.BYTES, size, firstSequence, Long.MAX_VALUE);
    long whole = first;
    while (last && whole >= 0 && scanner.at(whole, size) != RecordScanner.Found.RECORD) {
      whole = scanner.find(whole + 1, size, firstSequence, Long.MAX_VALUE);
    }
    if (whole < 0) {
      return null;
    }
    long at = scanner.find(first, size, firstSequence, Long.MAX_VALUE);
    ByteBuffer block = scanner.block().bytes();
    int index = scanner.index(at);
    Segment previous = segments.last();
    long bytes = previous == null ? 0 : previous.start().bytes() + previous.readableBytes();
    options.damage().damaged("header", "segment " + firstSequence + ": header rebuilt");
    return new SegmentHeader(
        logId,
        RecordFormat.epoch(block, index),
        // items of a first record that is lost too cannot be known: they count as never accepted
        new LogPosition(firstSequence, RecordFormat.itemsBefore(block, index), bytes),
        RecordFormat.receiveTimeUnixNanos(block, index),
        options.durability().syncsBeforeAck());
  }

  private void setAside(Path path, String reason, String why) throws IOException {
    Path aside = options.directory().resolve("aside");
    storage.createDirectories(aside);
    storage.move(path, aside.resolve(path.getFileName() + "." + reason));
    storage.syncDirectory(options.directory());
    options.damage().damaged(reason, path + " " + why + "; moved to " + aside);
  }

  private LogPosition findEnd(long logId) throws IOException {
    LogPosition known = before == null ? LogPosition.ZERO : before.end();
    Segment last = segments.last();
    LogPosition end = known;
    if (last != null) {
      end = scanTail(last, logId);
      if (end.sequence() < known.sequence()) {
        options
            .damage()
            .damaged(
                "missing",
                options.directory()
                    + ": records "
                    + end.sequence()
                    + " to "
                    + (known.sequence() - 1)
                    + " are gone");
        end =
            new LogPosition(known.sequence(), known.items(), Math.max(known.bytes(), end.bytes()));
      }
    }
    return end;
  }

  /**
   * Cuts off the half record at the end that was being written when the process died, and makes the
   * rest durable. A whole record behind a damaged stretch is kept, acknowledged or not.
   */
  private LogPosition scanTail(Segment segment, long logId) throws IOException {
    long base = segment.start().bytes();
    try (StorageFile file = storage.open(segment.path)) {
      long size = file.size();
      RecordScanner scanner = new RecordScanner(file, logId, new ReadBlock.Pool(SCAN_BLOCK_BYTES));
      LogPosition end = segment.start();
      long offset = SegmentHeader.BYTES;
      while (offset < size) {
        boolean whole = scanner.at(offset, size) == RecordScanner.Found.RECORD;
        if (!whole) {
          long next = scanner.find(offset + 1, size, end.sequence(), Long.MAX_VALUE);
          if (next < 0) {
            break;
          }
          offset = next;
          continue;
        }
        ByteBuffer block = scanner.block().bytes();
        int index = scanner.index(offset);
        offset += RecordFormat.recordLength(block, index);
        end =
            new LogPosition(
                RecordFormat.sequence(block, index) + 1,
                RecordFormat.itemsBefore(block, index) + RecordFormat.items(block, index),
                base + offset);
      }
      long length = Math.max(SegmentHeader.BYTES, end.bytes() - base);
      if (size > length) {
        if (before != null && before.end().sequence() > end.sequence()) {
          // was acknowledged: what is left of it is cut off, but not thrown away
          LogEntry lost = new LogEntry(end, before.end(), null, "missing", null, null);
          new DamagedFiles(options).keep(lost, segment, length, size - length);
        }
        file.truncate(length);
      }
      file.sync();
      segment.publish(length);
      return new LogPosition(end.sequence(), end.items(), base + length);
    }
  }
}
