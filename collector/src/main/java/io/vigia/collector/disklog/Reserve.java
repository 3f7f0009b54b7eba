package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of zeros that is emptied when the disk is full, so that the little that has to be written
 * to empty it again (cursors, retry logs, dead letters) has room. Those write through {@link
 * #storage}; whoever fills the disk must not, and has to stop while it is {@link #released}. The
 * empty file tells a process that is started meanwhile. Thread-safe.
 */
public final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final int BLOCK_BYTES = 1 << 20;

  /** A quota of the file system may say no although there seems to be room. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Storage disk;
  private final Path file;
  private final Path directory;
  private final long bytes;

  /** There is a file to give up, be it of another size. */
  private boolean held;

  /** It is of the size that is wanted. */
  private boolean whole;

  private boolean failed;
  private long failedNanos;
  private volatile boolean released;

  /**
   * @param bytes its size; 0 = none
   */
  public Reserve(Storage disk, Path file, long bytes) {
    this.disk = disk;
    this.file = file;
    this.directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
    this.bytes = bytes;
  }

  /** Whether it was given up and the disk still is as good as full. */
  public boolean released() {
    return released;
  }

  /** Looks whether a process before this one gave it up and there is no room for it yet. */
  public synchronized void open() throws IOException {
    if (!disk.exists(file)) {
      return;
    }
    if (bytes == 0) {
      disk.delete(file);
      return;
    }
    held = size() > 0; // what a process before this one wanted is more than nothing
    if (!held && disk.usableBytes(directory) < 2 * bytes) {
      released = true;
      LOG.warn(
          "the disk of {} is still full; senders are told to wait until {} bytes are free",
          directory,
          2 * bytes);
    }
  }

  /**
   * Makes the file if it is not there and as much again stays free; to be called now and then.
   *
   * @throws IOException when the disk does not answer; nothing has changed
   */
  public synchronized void restore() throws IOException {
    if (whole || bytes == 0) {
      return;
    }
    long has = held ? size() : 0;
    if (has == bytes) {
      whole = true;
    } else if (disk.usableBytes(directory) + has >= 2 * bytes
        && !(failed && System.nanoTime() - failedNanos < RETRY_NANOS)) {
      held = false;
      make();
      disk.syncDirectory(directory);
      failed = false;
      held = true;
      whole = true;
      if (released) {
        LOG.info("{}: there is room again; taking in again", directory);
      }
      released = false;
    }
  }

  private long size() throws IOException {
    try (StorageFile open = disk.openForReading(file)) {
      return open.size();
    }
  }

  /** Written, not only made long: a hole takes no space. */
  private void make() throws IOException {
    disk.delete(file);
    try (StorageFile open = disk.create(file)) {
      ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, bytes));
      for (long at = 0; at < bytes; at += BLOCK_BYTES) {
        open.writeFully(zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at)), at);
      }
      open.sync();
    } catch (IOException e) {
      failed = true;
      failedNanos = System.nanoTime();
      disk.delete(file);
      throw e;
    }
  }

  /** Says whether it is worth trying again. */
  private synchronized boolean giveUp(IOException cause) {
    if (!held && !released || !isFull(cause)) {
      return false;
    }
    if (released) {
      return true; // another thread was faster
    }
    try (StorageFile open = disk.open(file)) {
      open.truncate(0);
    } catch (IOException e) {
      LOG.warn("{} cannot be emptied", file, e);
      return false;
    }
    held = false;
    whole = false;
    released = true;
    LOG.warn(
        "the disk of {} is full ({}); the reserve of {} bytes is given up, senders are told to"
            + " wait until there is room",
        directory,
        cause.getMessage(),
        bytes);
    return true;
  }

  /** The system's words for ENOSPC and EDQUOT; it may say them in another language. */
  private boolean isFull(IOException cause) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("no space left") || message.contains("quota exceeded")) {
      return true;
    }
    try {
      return disk.usableBytes(directory) < BLOCK_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  /** The same disk; a write that finds it full is tried once more without the reserve. */
  public Storage storage() {
    return bytes == 0 ? disk : new Reserving();
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  private <T> T again(Operation<T> operation) throws IOException {
    try {
      return operation.run();
    } catch (IOException e) {
      if (giveUp(e)) {
        return operation.run();
      }
      throw e;
    }
  }

  private final class Reserving implements Storage {
    @Override
    public StorageFile create(Path path) throws IOException {
      return new ReservingFile(again(() -> disk.create(path)));
    }

    @Override
    public StorageFile open(Path path) throws IOException {
      return new ReservingFile(disk.open(path));
    }

    @Override
    public StorageFile openForReading(Path path) throws IOException {
      return disk.openForReading(path);
    }

    @Override
    public boolean exists(Path path) {
      return disk.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
      return disk.list(directory);
    }

    @Override
    public boolean isDirectory(Path path) {
      return disk.isDirectory(path);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
      again(
          () -> {
            disk.createDirectory(directory);
            return directory;
          });
    }

    @Override
    public void move(Path from, Path to) throws IOException {
      disk.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
      disk.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      disk.syncDirectory(directory);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
      return disk.usableBytes(directory);
    }

    @Override
    public @Nullable Closeable tryLock(Path path) throws IOException {
      return disk.tryLock(path);
    }
  }

  /** A sync is never repeated: it would seem to succeed. */
  private final class ReservingFile implements StorageFile {
    private final StorageFile open;

    ReservingFile(StorageFile open) {
      this.open = open;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      return again(() -> open.write(from, position));
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return open.read(into, position);
    }

    @Override
    public void sync() throws IOException {
      open.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      open.truncate(size);
    }

    @Override
    public long size() throws IOException {
      return open.size();
    }

    @Override
    public void close() throws IOException {
      open.close();
    }
  }
}
