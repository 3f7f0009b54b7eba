package io.vigia.collector.receive.sampling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The strategies as the file is now: it is looked at once a second at most, when somebody asks, and
 * read when it has changed. A file that cannot be used any more is said once; the strategies of
 * before stay. Thread-safe.
 */
public final class StrategiesFile {
  private static final Logger log = LoggerFactory.getLogger(StrategiesFile.class);
  private static final long LOOK_NANOS = 1_000_000_000L;

  private final Path file;
  private final LongSupplier nanoTime;
  private SamplingStrategies current;
  private @Nullable FileTime modified;
  private long lookedNanos;

  private StrategiesFile(Path file, SamplingStrategies first, LongSupplier nanoTime) {
    this.file = file;
    this.current = first;
    this.nanoTime = nanoTime;
    this.modified = modified();
    this.lookedNanos = nanoTime.getAsLong();
  }

  /**
   * @throws IOException when it cannot be read or is not in the format
   */
  public static StrategiesFile open(Path file) throws IOException {
    return open(file, System::nanoTime);
  }

  static StrategiesFile open(Path file, LongSupplier nanoTime) throws IOException {
    return new StrategiesFile(file, SamplingStrategies.read(file), nanoTime);
  }

  public synchronized SamplingStrategies current() {
    long now = nanoTime.getAsLong();
    if (now - lookedNanos < LOOK_NANOS) {
      return current;
    }
    lookedNanos = now;
    FileTime found = modified();
    if (found == null || found.equals(modified)) {
      return current;
    }
    modified = found;
    try {
      current = SamplingStrategies.read(file);
      log.info("sampling strategies read again from {}", file);
    } catch (IOException e) {
      log.warn("{} cannot be used ({}); the sampling of before stays", file, e.getMessage());
    }
    return current;
  }

  private @Nullable FileTime modified() {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return null;
    }
  }
}
