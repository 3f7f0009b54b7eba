package io.vigia.collector.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DuckDB's driver unpacks its native library (60 MB) into the temporary directory and removes it
 * when the JVM ends. After {@code kill -9} it stays, so a crash loop would fill the disk.
 */
final class StaleLibraries {
  private static final Logger log = LoggerFactory.getLogger(StaleLibraries.class);

  /** A process that has just unpacked one may not have opened it yet; an open one may go. */
  private static final Duration UNTOUCHED = Duration.ofMinutes(2);

  private StaleLibraries() {}

  /** Removes what others left in the temporary directory; what cannot be removed stays. */
  static void remove() {
    remove(Path.of(System.getProperty("java.io.tmpdir", "/tmp")), Instant.now());
  }

  static void remove(Path temporary, Instant now) {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(temporary, "libduckdb_java*.{so,dylib}")) {
      for (Path library : left) {
        removeOlder(library, now.minus(UNTOUCHED));
      }
    } catch (IOException e) {
      log.debug("store: left libraries in {}", temporary, e);
    }
  }

  private static void removeOlder(Path library, Instant before) {
    try {
      if (Files.getLastModifiedTime(library).toInstant().isBefore(before)) {
        Files.delete(library);
      }
    } catch (IOException e) { // somebody else's
      log.debug("store: {} stays", library, e);
    }
  }
}
