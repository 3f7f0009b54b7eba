package io.vigia.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleLibrariesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

  @TempDir Path temporary;

  @Test
  void whatAKilledProcessLeftIsRemovedAndNothingElse() throws IOException {
    Path left = file("libduckdb_java123.so", NOW.minusSeconds(600));
    Path fresh = file("libduckdb_java456.so", NOW.minusSeconds(1));
    Path other = file("libother.so", NOW.minusSeconds(600));

    StaleLibraries.remove(temporary, NOW);

    assertThat(left).doesNotExist();
    assertThat(fresh).exists();
    assertThat(other).exists();
  }

  @Test
  void missingTemporaryDirectoryIsNoFailure() {
    StaleLibraries.remove(temporary.resolve("none"), NOW);
  }

  private Path file(String name, Instant modified) throws IOException {
    Path file = Files.createFile(temporary.resolve(name));
    return Files.setLastModifiedTime(file, FileTime.from(modified));
  }
}
