package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A collector's directory of logs and cursors: held by one process, of a version it knows. */
public final class StateDirectory implements Closeable {
  static final int VERSION = 1;
  private static final String FORMAT_PREFIX = "vigia-state ";

  private final Path path;
  private final Closeable lock;

  private StateDirectory(Path path, Closeable lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * @throws StateInUseException when another process, or another part of this one, holds it
   * @throws IOException in one line: written by a newer program, not writable
   */
  public static StateDirectory open(Storage storage, Path path) throws IOException {
    storage.createDirectories(path);
    Closeable lock = storage.tryLock(path.resolve("lock"));
    if (lock == null) {
      throw new StateInUseException(path);
    }
    try {
      checkFormat(storage, path);
      return new StateDirectory(path, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Whether somebody works with it, in this process or another. Leaves what is in it alone. */
  public static boolean isHeld(Storage storage, Path path) throws IOException {
    Closeable lock = storage.tryLock(path.resolve("lock"));
    if (lock == null) {
      return true;
    }
    lock.close();
    return false;
  }

  public Path path() {
    return path;
  }

  private static void checkFormat(Storage storage, Path directory) throws IOException {
    Path file = directory.resolve("format");
    Integer version = readVersion(storage, file);
    if (version == null) {
      storage.delete(file);
      try (StorageFile out = storage.create(file)) {
        String text = FORMAT_PREFIX + VERSION + "\n";
        out.writeFully(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        out.sync();
      }
      storage.syncDirectory(directory);
    } else if (version > VERSION) {
      throw new NewerFormatException(directory, version, VERSION);
    }
  }

  private static @Nullable Integer readVersion(Storage storage, Path file) throws IOException {
    if (!storage.exists(file)) {
      return null;
    }
    try (StorageFile in = storage.openForReading(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(64);
      int length = in.readFully(bytes, 0);
      String text = new String(bytes.array(), 0, length, StandardCharsets.US_ASCII).trim();
      return text.startsWith(FORMAT_PREFIX)
          ? Integer.valueOf(text.substring(FORMAT_PREFIX.length()))
          : null;
    } catch (NumberFormatException e) {
      return null; // damaged: the files inside have versions of their own
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
