package io.vigia.collector.receive.containers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.GZIPOutputStream;

/** One container's directory, written and rotated as container runtimes and the kubelet do. */
final class KubeletDirectory {
  static final long START_NANOS = 1_795_000_000_000_000_000L;
  static final String POD = "shop_orders-6d4cf56db6-x7k2p_0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11";

  private final Path directory;
  private final Deque<Path> rotated = new ArrayDeque<>();
  private int restarts;
  private int rotations;
  private long nanos;

  KubeletDirectory(Path root) throws IOException {
    this(root, START_NANOS);
  }

  /**
   * @param nanos lines are written after that
   */
  KubeletDirectory(Path root, long nanos) throws IOException {
    this.nanos = nanos;
    directory = Files.createDirectories(root.resolve(POD).resolve("app"));
  }

  /** When the last line was written. */
  long nowUnixNanos() {
    return nanos;
  }

  Path current() {
    return directory.resolve(restarts + ".log");
  }

  void line(String stream, String tag, String message) {
    raw(prefix(stream, tag) + message + "\n");
  }

  /** What a line begins with; each has a time of its own. */
  String prefix(String stream, String tag) {
    nanos += 1_000_003;
    Instant time = Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    return time + " " + stream + " " + tag + " ";
  }

  void raw(String text) {
    raw(text.getBytes(StandardCharsets.UTF_8));
  }

  void raw(byte[] bytes) {
    try {
      Files.write(current(), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the kubelet: the new file appears when something is written. */
  void rename() {
    if (Files.exists(current())) {
      try {
        rotated.add(Files.move(current(), rotatedName()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** As logrotate with {@code copytruncate}. */
  void copyTruncate() {
    if (Files.exists(current())) {
      try {
        rotated.add(Files.copy(current(), rotatedName()));
        Files.write(current(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Path rotatedName() {
    return directory.resolve(restarts + ".log.20261121-" + String.format("%06d", rotations++));
  }

  /** As the kubelet: into a file of another name, then renamed, then the original is removed. */
  void compressOldest() {
    Path oldest = rotated.poll();
    if (oldest == null) {
      return;
    }
    try {
      Path part = Path.of(oldest + ".tmp");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(part))) {
        Files.copy(oldest, out);
      }
      Files.move(part, Path.of(oldest + ".gz"), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(oldest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the kubelet when the pod is gone, or a disk is full. */
  void deleteAll() {
    rotated.clear();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path each : files) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The container is started again. */
  void restart() {
    restarts++;
    rotated.clear();
  }

  int restarts() {
    return restarts;
  }
}
