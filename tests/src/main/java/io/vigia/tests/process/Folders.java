package io.vigia.tests.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Temporary folders that go when this JVM goes, and the project's root. */
public final class Folders {
  private Folders() {}

  /** A new folder, removed when this JVM ends (however it ends). */
  public static Path temporary(String purpose) {
    try {
      Path folder = Files.createTempDirectory("vigia-" + purpose + "-");
      Watchdog.get().watch(folder);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder with {@code mvnw} in it, at or above the working directory. */
  public static Path projectRoot() {
    Path folder = Path.of("").toAbsolutePath();
    for (Path at = folder; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("mvnw"))) {
        return at;
      }
    }
    throw new IllegalStateException("not inside the project: " + folder);
  }

  /** Removes a folder and all in it, if it exists. */
  public static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // gone already
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
