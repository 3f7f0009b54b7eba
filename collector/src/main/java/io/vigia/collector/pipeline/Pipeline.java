package io.vigia.collector.pipeline;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.LogStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.disklog.Reserve;
import io.vigia.collector.disklog.StagingPool;
import io.vigia.collector.disklog.StateDirectory;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heart of the collector: one disk log per signal, one cursor and one {@link Dispatcher} per
 * destination and signal.
 *
 * <pre>
 * directory/lock, format, reserve
 * directory/log/&lt;signal&gt;/…                     segments
 * directory/destinations/&lt;name&gt;/&lt;signal&gt;.cursor
 * directory/destinations/&lt;name&gt;/&lt;signal&gt;.attempts   what was being sent
 * directory/destinations/&lt;name&gt;/&lt;signal&gt;-retries/…
 * directory/destinations/&lt;name&gt;/dead-letters/…
 * </pre>
 *
 * <p>A destination met for the first time begins at the oldest retained record; what it accepted is
 * counted from there. The cursor of a destination that is no longer configured stays on disk and
 * holds back nothing. Exporters are started and closed by whoever made them: started before, closed
 * after the pipeline.
 */
public final class Pipeline implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
  private static final long SAVE_INTERVAL_MILLIS = 250;

  /** A command (dead letters given again) or a disk may hold it up for much longer. */
  private static final long LAST_UPKEEP_MILLIS = 3_000;

  private final Builder options;
  private final Reserve reserve;

  /** For all but the logs' segments: what they write may use the reserve. */
  private final Storage storage;

  private final SignalLogs logs;
  private final Deliveries deliveries;
  private final List<Closeable> opened = new ArrayList<>();

  /** Held while destinations change: nothing is freed meanwhile. */
  private final Object changing = new Object();

  private final StagingPool pool;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread maintenance = new Thread(this::maintain, "vigia-cursors");
  private final Retention retention;
  private final Intake intake;
  private boolean started;
  private boolean closed;
  private boolean upkeepFailing;

  /** Done again and again. */
  private final List<Change<IOException>> upkeep;

  private Pipeline(Builder options) {
    this.options = options;
    Path directory = options.directory();
    this.reserve = new Reserve(options.storage, directory.resolve("reserve"), options.reserveBytes);
    this.storage = reserve.storage();
    this.retention = new Retention(storage, directory, options.quota);
    this.pool = new StagingPool(options.stagingBytes);
    this.logs = new SignalLogs(this::log, log -> cursorFiles().keepWithin(log));
    this.deliveries =
        new Deliveries(
            storage, directory.resolve("destinations"), logs, options.metrics, options.clock);
    options.destinations.values().forEach(destination -> logs.make(destination.signals()));
    this.intake = new LogIntake(logs.bySignal(), options.metrics);
    this.upkeep =
        List.of(
            deliveries::save,
            reserve::restore,
            deliveries::resumePaused,
            () -> retention.run(logs.all(), deliveries.dispatchers(), deliveries::isKept));
  }

  private DiskLog log(Signal signal) {
    return DiskLog.builder(signal, options.directory().resolve("log").resolve(signal.id()))
        .storage(options.storage)
        .full(reserve::released)
        .durability(options.durability)
        .segmentBytes(options.effectiveSegmentBytes(signal))
        .maxRecordBytes(options.maxRecordBytes)
        .stagingPool(pool)
        .metrics(options.metrics)
        .build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Most bytes in which appends wait for their fsync, over all signals. */
  public long stagingBytes() {
    return options.stagingBytes;
  }

  /** How many of those are in use. By any thread. */
  public long stagingUsedBytes() {
    return pool.usedBytes();
  }

  /** Takes the directory, opens logs and cursors, starts delivering. */
  @Override
  public synchronized void start() throws IOException {
    Path directory = options.directory();
    try {
      opened.add(StateDirectory.open(storage, directory));
      reserve.open();
      logs.start();
      logs.all()
          .forEach(
              log -> options.clock.known(TimeUnit.NANOSECONDS.toMillis(log.lastMadeUnixNanos())));
      for (Destination destination : options.destinations.values()) {
        deliveries.open(destination);
      }
      retention.run(logs.all(), deliveries.dispatchers(), deliveries::isKept);
    } catch (IOException | RuntimeException | Error e) {
      closeFiles();
      throw e;
    }
    try {
      deliveries.start();
      maintenance.start();
    } catch (RuntimeException | Error e) { // no threads to be had
      stopDelivering(System.nanoTime());
      closeFiles();
      throw e;
    }
    started = true;
  }

  /** What happens to the destinations while nothing is freed. */
  public interface Change<E extends Exception> {
    void run() throws E;
  }

  /**
   * Runs a change of destinations, made of {@link #remove} and {@link #add}, as one: a destination
   * that is removed and added again misses nothing. Only between start and close.
   */
  public <E extends Exception> void change(Change<E> change) throws E {
    synchronized (changing) {
      try {
        change.run();
      } finally {
        deliveries.changed();
        logs.closeUnused(deliveries::takes);
      }
    }
  }

  /**
   * Delivers to one more destination, from where its cursor stands. Within {@link #change}.
   *
   * @param exporter started by the caller
   */
  public void add(String name, Exporter exporter, DestinationOptions destinationOptions)
      throws IOException {
    deliveries.add(new Destination(name, exporter, destinationOptions));
  }

  /**
   * The same for one that was removed in this change; when its files cannot be opened now, it goes
   * on as soon as they can, and until then nothing is freed that it has not had.
   */
  public void addWhenPossible(
      String name, Exporter exporter, DestinationOptions destinationOptions) {
    deliveries.addWhenPossible(new Destination(name, exporter, destinationOptions));
  }

  /**
   * Keeps what a destination has not had that was removed in this change, until it is added or
   * removed again: it is meant to run, and cannot. Within {@link #change}.
   *
   * @param why is shown as its state
   */
  public void hold(String name, Throwable why) {
    deliveries.hold(name, why);
  }

  /**
   * Delivers no more to a destination; what is in the air is waited for a moment. Its cursor stays
   * on disk. Within {@link #change}; the caller closes the exporter after it.
   */
  public void remove(String name) {
    deliveries.remove(name);
  }

  /** What an operator can do while it runs: a destination pauses for as long as that takes. */
  public CursorAdmin cursors() {
    return new LiveCursors(this, deliveries.dispatchers(), cursorFiles());
  }

  /** The same for what destinations have refused for good. */
  public DeadLetterAdmin deadLetters() {
    return DeadLetterCommands.live(this, cursorFiles());
  }

  private CursorFiles cursorFiles() {
    return new CursorFiles(storage, options.directory(), logs.bySignal());
  }

  /** Runs it while no destination comes or goes and nothing is freed. */
  <E extends Exception> void holding(Change<E> change) throws E {
    synchronized (changing) {
      change.run();
    }
  }

  /** Whether it is delivered to, or will be as soon as that is possible again. */
  boolean deliversTo(String name) {
    return deliveries.has(name);
  }

  /** The last dispatchers of a destination that is paused. Within {@link #holding}. */
  List<Dispatcher> paused(String name) {
    return deliveries.paused(name);
  }

  /** Null when nothing is delivered to it. Within {@link #holding}. */
  @Nullable DeadLetters deadLettersOf(String name) {
    return deliveries.deadLettersOf(name);
  }

  /** One per destination. */
  public List<DeadLetterStatus> deadLetterStatus() {
    return deliveries.deadLetterStatus();
  }

  /** Runs it while nothing is delivered to the destination, if anything is. */
  <E extends Exception> void pausing(String name, Change<E> change) throws E, IOException {
    synchronized (changing) {
      deliveries.pausing(name, change);
    }
  }

  /** Where receivers hand in what arrived. Usable between start and close. */
  public Intake intake() {
    return intake;
  }

  /** One per destination and signal. */
  public List<DestinationStatus> status() {
    return deliveries.status();
  }

  /** One per signal that some destination takes. */
  public synchronized List<LogStatus> logStatus() {
    if (!started || closed) {
      return List.of();
    }
    return logs.status(reserve.released() ? "the disk is full" : null);
  }

  private void maintain() {
    try {
      while (!stopped.await(SAVE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        Throwable failure = upkeep();
        boolean news = failure != null && !upkeepFailing;
        upkeepFailing = failure != null;
        if (news) {
          say(failure);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(@Nullable Throwable failure) {
    try {
      LOG.error(
          "{}: cursors cannot all be saved, or space not be freed; trying on",
          options.directory(),
          failure);
    } catch (Throwable again) {
      // no memory even to say so
    }
  }

  /** A step that fails keeps none of the others from being done: else nothing would be freed. */
  private @Nullable Throwable upkeep() {
    Throwable failure = null;
    synchronized (changing) {
      if (stopped.getCount() == 0) {
        return null; // a command held it up until the files were closed
      }
      for (Change<IOException> step : upkeep) {
        try {
          step.run();
        } catch (Throwable e) { // also memory that ran out: without this thread nothing is freed
          failure = failure == null ? e : failure;
        }
      }
    }
    return failure;
  }

  /**
   * Accepts no more, answers what was accepted, delivers what goes within the grace time, saves the
   * cursors.
   */
  @Override
  public synchronized void close() {
    if (closed || !started) {
      closed = true;
      return;
    }
    closed = true;
    logs.stopAccepting();
    stopDelivering(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.graceMillis));
    try {
      deliveries.save();
    } catch (IOException e) {
      LOG.warn(
          "{}: cursors could not be saved, some data will be sent again", options.directory(), e);
    }
    closeFiles();
  }

  private void stopDelivering(long deadlineNanos) {
    try {
      deliveries.stop(deadlineNanos);
      stopped.countDown();
      maintenance.join(LAST_UPKEEP_MILLIS);
    } catch (InterruptedException e) {
      stopped.countDown();
      Thread.currentThread().interrupt();
    }
  }

  private void closeFiles() {
    logs.close();
    deliveries.closeFiles();
    Deliveries.closeAll(opened);
  }

  /** See {@link Pipeline}. */
  public static final class Builder {
    private static final long MIN_SEGMENT_BYTES = 64 * 1024;

    private @Nullable Path directory;
    private Storage storage = Storage.os();
    private Durability durability = Durability.fsync();
    private long segmentBytes = 64L << 20;
    private int maxRecordBytes = 16 << 20;
    private long stagingBytes = 16L << 20;
    private long reserveBytes;
    private long graceMillis = 3_000;
    private Quota quota = Quota.defaults();
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private AgeClock clock = AgeClock.system();
    private final Map<String, Destination> destinations = new LinkedHashMap<>();

    private Builder() {}

    /** Of this collector alone; made when missing. Required. */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    private Path directory() {
      return Objects.requireNonNull(directory, "directory");
    }

    public Builder storage(Storage storage) {
      this.storage = storage;
      return this;
    }

    public Builder durability(Durability durability) {
      this.durability = durability;
      return this;
    }

    /** The unit in which space is freed; made smaller when the quota is small. */
    public Builder segmentBytes(long segmentBytes) {
      this.segmentBytes = segmentBytes;
      return this;
    }

    private long effectiveSegmentBytes(Signal signal) {
      return Math.min(segmentBytes, Math.max(MIN_SEGMENT_BYTES, quota.maxBytes(signal) / 32));
    }

    /** A larger batch is rejected as {@code oversize}. */
    public Builder maxRecordBytes(int maxRecordBytes) {
      this.maxRecordBytes = maxRecordBytes;
      return this;
    }

    /** Direct memory for batches that wait for their fsync; beyond it intake says overloaded. */
    public Builder stagingBytes(long stagingBytes) {
      this.stagingBytes = stagingBytes;
      return this;
    }

    /**
     * Kept free for cursors, retry logs and dead letters on a full disk; 0 (the default) = nothing.
     */
    public Builder reserveBytes(long reserveBytes) {
      this.reserveBytes = reserveBytes;
      return this;
    }

    /** How long {@link Pipeline#close} goes on delivering. */
    public Builder graceMillis(long graceMillis) {
      this.graceMillis = graceMillis;
      return this;
    }

    public Builder quota(Quota quota) {
      this.quota = quota;
      return this;
    }

    public Builder metrics(CollectorMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** By which it is judged how old data is; default the system's. */
    Builder clock(AgeClock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * @param name a directory's name too: letters, digits, {@code . _ -}
     */
    public Builder destination(String name, Exporter exporter, DestinationOptions options) {
      if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
        throw new IllegalArgumentException(
            "a destination's name consists of letters, digits, '.', '_', '-': " + name);
      }
      if (destinations.putIfAbsent(name, new Destination(name, exporter, options)) != null) {
        throw new IllegalArgumentException("two destinations are named " + name);
      }
      return this;
    }

    public Pipeline build() {
      directory();
      return new Pipeline(this);
    }
  }
}
