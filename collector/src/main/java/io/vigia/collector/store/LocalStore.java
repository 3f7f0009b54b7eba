package io.vigia.collector.store;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded store. One writer thread; readers on their callers' threads.
 *
 * <p>A slice that cannot be read is set aside and the store starts without it. When the database
 * engine fails as a whole, it is opened again; what was not committed comes again from the disk
 * log.
 */
public final class LocalStore implements Component {
  private static final Logger log = LoggerFactory.getLogger(LocalStore.class);
  private static final long MAINTENANCE_MILLIS = 5_000;

  private final Builder config;
  private final StoreReader reader = new DuckReader(this);
  private final StoreWriter writer = this::write;
  private final Object writing = new Object();
  private @Nullable FileChannel lock;
  private @Nullable ScheduledThreadPoolExecutor thread;
  private volatile @Nullable Engine engine;
  private volatile boolean maintenanceFails;

  private LocalStore(Builder config) {
    this.config = config;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A new destination {@code local}: takes all signals, exactly once. */
  public Exporter exporter() {
    return new LocalExporter(this);
  }

  public StoreReader reader() {
    return reader;
  }

  /** For the one thread that writes; {@link #exporter} is what a dispatcher uses. */
  StoreWriter writer() {
    return writer;
  }

  @Override
  public synchronized void start() throws IOException {
    if (engine != null) {
      return;
    }
    Files.createDirectories(config.directory);
    lock = lock(config.directory.resolve("lock"));
    try {
      Engine opened = open();
      opened.slices().list().forEach(slice -> config.clock.known(slice.startMillis()));
      engine = opened;
    } catch (IOException e) {
      unlock();
      throw e;
    }
    ScheduledThreadPoolExecutor pool =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "store-writer");
              created.setDaemon(true);
              return created;
            });
    pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    pool.scheduleWithFixedDelay(
        this::maintain, MAINTENANCE_MILLIS, MAINTENANCE_MILLIS, TimeUnit.MILLISECONDS);
    thread = pool;
  }

  private Engine open() throws IOException {
    StaleLibraries.remove();
    try {
      return Engine.open(
          config.directory,
          config.memoryLimitBytes,
          config.sliceMillis,
          config.maxBytes,
          config.retentionMillis);
    } catch (LinkageError e) {
      throw new IOException(
          "store: the database's native library does not load on this machine ("
              + e.getMessage()
              + "); remove the destination 'local' from the configuration",
          e);
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by another store of this process
    }
    channel.close();
    throw new IOException(
        "store: "
            + file.getParent()
            + " is in use by another collector; stop it or choose another directory");
  }

  private void unlock() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      log.debug("store: lock file", e);
    }
    lock = null;
  }

  /** The open database. */
  Engine engine() throws IOException {
    Engine open = engine;
    if (open == null) {
      throw new IOException("store: not started, or closed");
    }
    return open;
  }

  /** Runs a task on the writer's thread. */
  void submit(Runnable task) throws IOException {
    ScheduledThreadPoolExecutor pool = thread;
    if (pool == null) {
      throw new IOException("store: not started, or closed");
    }
    pool.execute(task);
  }

  private ExportResult write(ExportBatch batch) throws IOException {
    try {
      // the writer's connection is shared with maintenance
      synchronized (writing) {
        return opened().writer().write(batch);
      }
    } catch (IOException e) {
      if (e.getCause() instanceof SQLException cause && isFatal(cause)) {
        reopen(cause);
      }
      throw e;
    }
  }

  /** After such an error DuckDB refuses everything until it is opened again. */
  private static boolean isFatal(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("FATAL")
        || message.contains("has been invalidated")
        || message.startsWith("INTERNAL");
  }

  synchronized void reopen(SQLException why) throws IOException {
    if (thread == null) {
      return;
    }
    log.error("store: the database failed and is opened again", why);
    Engine failed = engine;
    engine = null;
    if (failed != null) {
      failed.close();
    }
    engine = open();
  }

  /** As {@link #engine}; opened first when that was not possible before (a full disk). */
  private synchronized Engine opened() throws IOException {
    if (engine == null && thread != null) {
      engine = open();
      log.info("store: the database is open again");
    }
    return engine();
  }

  /** Frees what is old or too much. */
  void maintain() {
    try {
      synchronized (writing) {
        opened().slices().maintain(config.clock.millis());
      }
      maintenanceFails = false;
    } catch (SQLException | IOException | RuntimeException | Error e) { // else it was the last time
      if (!maintenanceFails) {
        log.warn("store: maintenance failed, tried again every {} ms", MAINTENANCE_MILLIS, e);
      }
      maintenanceFails = true;
    }
  }

  StoreStats stats() {
    Engine open = engine;
    String directory = config.directory.toString();
    if (open == null) {
      return new StoreStats(
          directory, 0, config.maxBytes, config.retentionMillis, 0, 0, 0, List.of());
    }
    List<SliceFile> slices = open.slices().list();
    return new StoreStats(
        directory,
        open.slices().bytes(),
        config.maxBytes,
        config.retentionMillis,
        slices.isEmpty() ? 0 : slices.get(0).startMillis(),
        slices.size(),
        open.slices().dropped(),
        List.copyOf(open.slices().setAside()));
  }

  @Override
  public void close() {
    ScheduledThreadPoolExecutor pool;
    synchronized (this) {
      pool = thread;
      thread = null;
    }
    if (pool != null) {
      pool.shutdown();
      try {
        if (!pool.awaitTermination(3, TimeUnit.SECONDS)) {
          pool.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (this) {
      Engine open = engine;
      engine = null;
      if (open != null) {
        open.close();
      }
      unlock();
    }
  }

  /** Collects what a store needs; {@code directory} is required. */
  public static final class Builder {
    private Path directory = Path.of("vigia-data", "store");
    private long maxBytes = 4L << 30;
    private long retentionMillis = TimeUnit.DAYS.toMillis(3);
    private long sliceMillis = TimeUnit.HOURS.toMillis(1);
    private long memoryLimitBytes = 192L << 20;
    private AgeClock clock = AgeClock.system();

    private Builder() {}

    /** Made when it is not there. Belongs to this store alone. */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    /** On disk, all slices together; above it the oldest slice is dropped. */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = maxBytes;
      return this;
    }

    /** A slice is dropped this long after its end. */
    public Builder retentionMillis(long retentionMillis) {
      this.retentionMillis = retentionMillis;
      return this;
    }

    /** How much receive time a file covers. */
    public Builder sliceMillis(long sliceMillis) {
      this.sliceMillis = sliceMillis;
      return this;
    }

    /** Of the database engine, outside the Java heap. */
    public Builder memoryLimitBytes(long memoryLimitBytes) {
      this.memoryLimitBytes = memoryLimitBytes;
      return this;
    }

    /** By which it is judged how old a slice is; default the system's. */
    Builder clock(AgeClock clock) {
      this.clock = clock;
      return this;
    }

    public LocalStore build() {
      return new LocalStore(this);
    }
  }
}
