package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The few file-system operations the log needs, so that tests can put a failing disk in place of
 * the real one. Thread-safe.
 */
public interface Storage {
  /** Makes a new empty file for reading and writing; fails when it exists. */
  StorageFile create(Path file) throws IOException;

  /** Opens an existing file for reading and writing. */
  StorageFile open(Path file) throws IOException;

  /** Opens an existing file for reading. */
  StorageFile openForReading(Path file) throws IOException;

  boolean exists(Path path);

  /** The entries of a directory in order of name; empty when there is no such directory. */
  List<Path> list(Path directory) throws IOException;

  boolean isDirectory(Path path);

  /**
   * Makes a directory in one that is there; nothing happens when it is there itself. Durable after
   * {@link #syncDirectory} of its parent.
   */
  void createDirectory(Path directory) throws IOException;

  /** Makes the directory and its missing parents, and makes their names durable. */
  default void createDirectories(Path directory) throws IOException {
    if (isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    createDirectory(directory);
    if (parent != null) {
      syncDirectory(parent);
    }
  }

  /** Renames within one file system. */
  void move(Path from, Path to) throws IOException;

  /** Deletes a file; nothing happens when there is none. */
  void delete(Path file) throws IOException;

  /** Makes creations, renames and deletions in this directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /**
   * Free bytes usable by this process on the file system of {@code directory}; {@link
   * Long#MAX_VALUE} when that cannot be told.
   */
  long usableBytes(Path directory) throws IOException;

  /**
   * Takes an exclusive lock that ends with the process at the latest.
   *
   * @return the lock, or null when someone else (also within this process) has it
   */
  @Nullable Closeable tryLock(Path file) throws IOException;

  /** The file system of this machine. */
  static Storage os() {
    return OsStorage.INSTANCE;
  }
}
