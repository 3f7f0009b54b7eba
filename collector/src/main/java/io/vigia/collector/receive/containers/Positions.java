package io.vigia.collector.receive.containers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The progress of every series, on disk in a directory that one process at a time may have. Not
 * thread-safe. The format is in {@code collector/docs/containers.md}.
 */
final class Positions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContainerLogReceiver.class);
  private static final String FIRST_LINE = "vigia container positions 1";
  private static final String LAST_LINE = "end ";

  /** A directory may be unreadable for a while; what is gone for so long is forgotten. */
  private static final long KEPT_MILLIS = 24L * 3_600_000;

  private final Path directory;
  private final Path file;
  private final Map<String, Progress> all = new LinkedHashMap<>();
  private @Nullable FileChannel lockFile;

  Positions(Path directory) {
    this.directory = directory;
    this.file = directory.resolve("positions");
  }

  /**
   * Takes the directory and reads what is there.
   *
   * @return false when another process has it
   */
  boolean open(long nowMillis) throws IOException {
    if (lockFile != null) {
      return true;
    }
    Files.createDirectories(directory);
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        load(nowMillis);
        taken = true;
        lockFile = channel;
      }
      return taken;
    } catch (OverlappingFileLockException e) {
      return false;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  /** The progress of a series; nothing was delivered of a new one. */
  Progress of(String key) {
    return all.computeIfAbsent(key, k -> new Progress());
  }

  private void load(long nowMillis) throws IOException {
    all.clear();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return;
    } catch (java.nio.charset.CharacterCodingException e) {
      lines = List.of();
    }
    if (!parse(lines, nowMillis)) {
      all.clear();
      Path aside = directory.resolve("positions.damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn(
          "{} is damaged, see {}; all container logs are read from their beginning", file, aside);
    }
  }

  private boolean parse(List<String> lines, long nowMillis) {
    int last = lines.size() - 1;
    if (last < 1
        || !lines.get(0).equals(FIRST_LINE)
        || !lines.get(last).equals(LAST_LINE + checksum(lines.subList(0, last)))) {
      return false;
    }
    try {
      for (String line : lines.subList(1, last)) {
        String[] f = line.split("\t", -1);
        Progress progress = of(f[0]);
        progress.seen(nowMillis);
        progress.add(
            new Progress.File(
                Integer.parseInt(f[1]),
                Long.parseUnsignedLong(f[2], 16),
                Long.parseLong(f[3]),
                Long.parseLong(f[4]),
                f[5].equals("complete")));
      }
      return true;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }

  /** Whether something was delivered since it was saved. */
  boolean isChanged() {
    return all.values().stream().anyMatch(Progress::isChanged);
  }

  /** Makes it durable as it is now. */
  void save(long nowMillis) throws IOException {
    all.values().removeIf(progress -> progress.seenMillis() < nowMillis - KEPT_MILLIS);
    List<String> lines = new java.util.ArrayList<>();
    lines.add(FIRST_LINE);
    all.forEach(
        (key, progress) -> {
          for (Progress.File each : progress.files()) {
            lines.add(
                String.join(
                    "\t",
                    key,
                    Integer.toString(each.headLength()),
                    Long.toHexString(each.headHash()),
                    Long.toString(each.stdout()),
                    Long.toString(each.stderr()),
                    each.complete() ? "complete" : "open"));
          }
        });
    lines.add(LAST_LINE + checksum(lines));
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(String.join("\n", lines) + "\n");
    Path fresh = directory.resolve("positions.new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    all.values().forEach(Progress::saved);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      log.debug("{} cannot be synced: {}", directory, e.toString()); // not on every system
    }
  }

  private static String checksum(List<String> lines) {
    CRC32 crc = new CRC32();
    lines.forEach(line -> crc.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
    return Long.toHexString(crc.getValue());
  }

  /** Gives the directory back. Idempotent. */
  @Override
  public void close() {
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      log.debug("{}", e.toString());
    }
    lockFile = null;
  }
}
