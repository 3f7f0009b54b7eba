package io.vigia.collector.disklog;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable log of one signal: appended to by any thread, read by any number of {@link
 * LogReader}s.
 *
 * <pre>
 * append ─► staging chunk ─► writer thread: write, fsync ─► readers see it ─► future completes
 * </pre>
 */
public final class DiskLog implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(DiskLog.class);

  private static final long QUOTA_RETRY_MILLIS = 5_000;

  private final Signal signal;
  private final LogOptions options;
  private final StagingPool pool;
  private final int maxRecordBytes;
  private final int readBlockBytes;
  private final long diskRetryMillis;
  private final long gatherMillis;
  private final CollectorMetrics metrics;
  private final BooleanSupplier full;
  private final DamagedFiles damagedFiles;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Set<Long> knownDamage = new HashSet<>();

  private volatile @Nullable SegmentedLog log;
  private volatile @Nullable GroupCommit commit;
  private volatile long allowedBytes = Long.MAX_VALUE;
  private boolean closed;

  private DiskLog(Builder builder) {
    this.signal = builder.signal;
    this.metrics = builder.metrics;
    this.full = builder.full;
    this.pool = builder.pool;
    this.maxRecordBytes = builder.maxRecordBytes;
    this.readBlockBytes = builder.readBlockBytes;
    this.diskRetryMillis = builder.diskRetryMillis;
    this.gatherMillis = builder.gatherMillis;
    this.options =
        new LogOptions(
            builder.storage,
            builder.directory,
            builder.segmentBytes,
            builder.durability,
            this::damaged);
    this.damagedFiles = new DamagedFiles(options);
  }

  public static Builder builder(Signal signal, Path directory) {
    return new Builder(signal, directory);
  }

  /** Opens or makes the directory; costs one small read per segment and a scan of the last one. */
  @Override
  public void start() throws IOException {
    SegmentedLog opened = SegmentedLog.open(options);
    log = opened;
    GroupCommit writer =
        new GroupCommit(
            opened,
            signal,
            pool,
            maxRecordBytes,
            diskRetryMillis,
            TimeUnit.MILLISECONDS.toNanos(gatherMillis),
            metrics,
            this::advanced);
    commit = writer;
    writer.start();
  }

  public Signal signal() {
    return signal;
  }

  /**
   * Appends one record. Never blocks for I/O; the payload is copied before this returns.
   *
   * @return completes on the writer's thread when the record met the durability; fails with {@link
   *     IntakeException}
   */
  public CompletableFuture<Void> append(Envelope envelope, int items, ByteBuffer payload) {
    GroupCommit open = commit;
    if (open == null) {
      return CompletableFuture.failedFuture(
          new IntakeException.Overloaded("starting", "the collector is starting", 1_000));
    }
    if (full.getAsBoolean()) {
      String message = "the disk is full; waiting for room";
      return open.refused(envelope, items, "disk_full", message, QUOTA_RETRY_MILLIS);
    }
    if (bytes() >= allowedBytes) {
      String message = "the " + signal.id() + " log has reached its quota";
      return open.refused(envelope, items, "quota", message, QUOTA_RETRY_MILLIS);
    }
    return open.append(envelope, items, payload);
  }

  /** Above this size appends are refused as overloaded. */
  public void allow(long bytes) {
    allowedBytes = bytes;
  }

  public long allowedBytes() {
    return allowedBytes;
  }

  /** Called (on the writer's thread, must be short) whenever there is more to read. */
  public void onAdvance(Runnable listener) {
    listeners.add(listener);
  }

  /** Undoes {@link #onAdvance}. */
  public void forgetListener(Runnable listener) {
    listeners.remove(listener);
  }

  private void advanced() {
    for (Runnable listener : listeners) {
      listener.run();
    }
  }

  /** Random, made with the directory. */
  public long logId() {
    return opened().logId();
  }

  /** The end of what is durable, and of what readers see. */
  public LogPosition end() {
    return opened().end();
  }

  /** The beginning of the oldest retained segment. */
  public LogPosition oldest() {
    return opened().start();
  }

  /** A reader that begins at {@code from}. To be closed by the caller. */
  public LogReader reader(LogPosition from) {
    return new LogReader(opened(), signal, this::unreadable, from, readBlockBytes);
  }

  /** A reader for looking at single records, with small reads. */
  public LogReader peekingReader(LogPosition from) {
    return new LogReader(opened(), signal, this::unreadable, from, 512);
  }

  /**
   * Whether this very record is retained: not another one that got its number after a damaged disk
   * had lost it.
   */
  public boolean has(RecordId id) {
    Segment holding = opened().segments().holding(id.sequence());
    return holding != null
        && id.logId() == logId()
        && id.epoch() == holding.header.epoch() // each process begins a segment of its own
        && id.sequence() < end().sequence();
  }

  /**
   * Where the segment after the oldest one begins, or null when there is only one: what has to be
   * passed by every cursor for space to be freed.
   */
  public @Nullable LogPosition nextSegmentStart() {
    List<Segment> segments = opened().segments().all();
    return segments.size() < 2 ? null : segments.get(1).start();
  }

  /** When its last segment was made, in nanoseconds since 1970; 0 when there is none. */
  public long lastMadeUnixNanos() {
    Segment last = opened().segments().last();
    return last == null ? 0 : last.header.createdUnixNanos();
  }

  /** Where the segment after the one holding {@code position} begins, or null. */
  public @Nullable LogPosition nextSegmentAfter(LogPosition position) {
    SegmentList segments = opened().segments();
    Segment holding = segments.holding(position.sequence());
    Segment next = holding == null ? segments.first() : segments.after(holding);
    return next == null ? null : next.start();
  }

  /**
   * The first retained record of that number or a later one; the end when there is none.
   *
   * @throws IOException when the disk does not answer
   */
  public LogPosition at(long sequence) throws IOException {
    try (LogReader reader = peekingReader(segmentBefore(sequence))) {
      while (reader.position().sequence() < sequence && reader.next() != null) {
        // headers are small, and this is for people
      }
      return reader.position();
    }
  }

  private LogPosition segmentBefore(long sequence) {
    Segment holding = opened().segments().holding(sequence);
    return holding == null ? oldest() : holding.start();
  }

  /**
   * The first retained record that was received at that time or later; the end if there is none.
   */
  public LogPosition receivedAt(long unixNanos) throws IOException {
    LogPosition from = oldest();
    for (LogPosition next = nextSegmentAfter(from);
        next != null && receiveTime(next) < unixNanos;
        next = nextSegmentAfter(next)) {
      from = next;
    }
    try (LogReader reader = peekingReader(from)) {
      while (reader.peekReceiveTimeUnixNanos() < unixNanos && reader.next() != null) {
        // records of one segment
      }
      return reader.position();
    }
  }

  private long receiveTime(LogPosition position) throws IOException {
    try (LogReader reader = peekingReader(position)) {
      return reader.peekReceiveTimeUnixNanos();
    }
  }

  /** Frees segments that lie wholly before {@code sequence}. */
  public void deleteBefore(long sequence) throws IOException {
    opened().deleteBefore(sequence);
  }

  /** Bytes of segment files. */
  public long bytes() {
    SegmentedLog opened = opened();
    return opened.end().bytes() - opened.start().bytes();
  }

  public int segments() {
    return opened().segments().all().size();
  }

  /** Why the log cannot write at the moment, or null. */
  public @Nullable String failure() {
    return Objects.requireNonNull(commit, "not started").diskFailure();
  }

  private SegmentedLog opened() {
    return Objects.requireNonNull(log, "not started");
  }

  /** A reader met a stretch it cannot read; several readers may meet the same. */
  private void unreadable(LogEntry gap, @Nullable Segment segment, long offset, long length) {
    synchronized (knownDamage) {
      if (!knownDamage.add(gap.from().sequence())) {
        return;
      }
    }
    damaged(
        String.valueOf(gap.damage()),
        "records "
            + gap.from().sequence()
            + " to "
            + (gap.to().sequence() - 1)
            + " ("
            + gap.items()
            + " items) in "
            + options.directory()
            + " cannot be read; going on behind them");
    damagedFiles.keep(gap, segment, offset, length);
  }

  private void damaged(String reason, String detail) {
    metrics.badRecord(signal, reason);
    LOG.warn("{} log, {}: {}", signal.id(), reason, detail);
  }

  /** Takes no more, and returns when everything taken was answered. Reading goes on. */
  public void stopAccepting() {
    Objects.requireNonNull(commit, "not started").close();
  }

  /** Takes no more, answers what it took, and leaves a directory that needs no repair. */
  @Override
  public synchronized void close() {
    GroupCommit writer = commit;
    SegmentedLog opened = log;
    if (closed || writer == null || opened == null) {
      return;
    }
    closed = true;
    writer.close();
    try {
      opened.close();
    } catch (IOException e) {
      LOG.warn("{} log: could not be closed cleanly, the next start will check it", signal.id(), e);
    }
  }

  /** See {@link DiskLog}. */
  public static final class Builder {
    private final Signal signal;
    private final Path directory;
    private Storage storage = Storage.os();
    private long segmentBytes = 64L << 20;
    private Durability durability = Durability.fsync();
    private int maxRecordBytes = 16 << 20;
    private int readBlockBytes = 256 << 10;
    private long diskRetryMillis = 1_000;
    private long gatherMillis = 1;
    private StagingPool pool = new StagingPool(16L << 20);
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private BooleanSupplier full = () -> false;

    private Builder(Signal signal, Path directory) {
      this.signal = signal;
      this.directory = directory;
    }

    public Builder storage(Storage storage) {
      this.storage = storage;
      return this;
    }

    public Builder segmentBytes(long segmentBytes) {
      this.segmentBytes = segmentBytes;
      return this;
    }

    public Builder durability(Durability durability) {
      this.durability = durability;
      return this;
    }

    /** Larger records are rejected as {@code oversize}. */
    public Builder maxRecordBytes(int maxRecordBytes) {
      this.maxRecordBytes = maxRecordBytes;
      return this;
    }

    public Builder readBlockBytes(int readBlockBytes) {
      this.readBlockBytes = readBlockBytes;
      return this;
    }

    /** How often a failing disk is tried again. */
    public Builder diskRetryMillis(long diskRetryMillis) {
      this.diskRetryMillis = diskRetryMillis;
      return this;
    }

    /**
     * How long an fsync waits at most for senders that were just answered, when there are many;
     * default 1 ms.
     */
    public Builder gatherMillis(long gatherMillis) {
      this.gatherMillis = gatherMillis;
      return this;
    }

    /** Memory for appends under way, shared between logs. */
    public Builder stagingPool(StagingPool pool) {
      this.pool = pool;
      return this;
    }

    /** While it says true appends are refused as overloaded, reason {@code disk_full}. */
    public Builder full(BooleanSupplier full) {
      this.full = full;
      return this;
    }

    public Builder metrics(CollectorMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    public DiskLog build() {
      return new DiskLog(this);
    }
  }
}
