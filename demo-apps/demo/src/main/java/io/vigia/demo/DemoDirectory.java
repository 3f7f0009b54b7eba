package io.vigia.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where one demo keeps its data and logs. Locked while in use; the kernel takes the lock back when
 * the process is gone, so a lock that can be had means the owner is dead.
 */
final class DemoDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel lock;

  private DemoDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * @throws DemoException when another demo uses it, or it cannot be written
   */
  static DemoDirectory open(Path path) throws DemoException {
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel)) {
        return new DemoDirectory(path.toRealPath(), channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new DemoException(
          "cannot write to "
              + path.toAbsolutePath()
              + " ("
              + e.getMessage()
              + "); name another place with --data DIR");
    }
    throw new DemoException(
        "another demo is using "
            + path.toAbsolutePath()
            + address(path)
            + "; stop it, or name another place with --data DIR");
  }

  /** A new directory below {@code parent}; those of runs that were killed are removed. */
  static DemoDirectory temporary(Path parent) throws DemoException {
    try {
      Files.createDirectories(parent);
      try (Stream<Path> old = Files.list(parent)) {
        for (Path path :
            (Iterable<Path>)
                old.filter(p -> p.getFileName().toString().startsWith("once-"))::iterator) {
          removeIfUnused(path);
        }
      }
      return open(Files.createTempDirectory(parent, "once-"));
    } catch (IOException e) {
      throw new DemoException(
          "cannot write to "
              + parent.toAbsolutePath()
              + " ("
              + e.getMessage()
              + "); name another place with --data DIR");
    }
  }

  Path path() {
    return path;
  }

  /** For the message to a second demo. */
  void tellAddress(String url) throws IOException {
    Files.writeString(path.resolve("address"), url);
  }

  /** Removes everything; nobody may be writing there. */
  void delete() throws IOException {
    close();
    delete(path);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path.resolve("address"));
    lock.close();
  }

  private static void removeIfUnused(Path path) throws IOException {
    if (!Files.exists(path.resolve("lock"))) {
      return;
    }
    try (FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.WRITE)) {
      if (!tryLock(channel)) {
        return;
      }
      List<String> ended = new Leftovers(path.resolve("children")).end();
      if (!ended.isEmpty()) {
        System.err.println(
            "  ended what an earlier demo left running: " + String.join(", ", ended));
      }
    }
    delete(path);
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(file);
      }
    }
  }

  @SuppressWarnings("resource") // the lock lives as long as its channel
  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String address(Path path) {
    try {
      return " (" + Files.readString(path.resolve("address")) + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
