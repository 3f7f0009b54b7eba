package io.vigia.collector.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
  @TempDir private Path folder;

  @Test
  void theSoftLimitCounts() throws IOException {
    assertThat(limit("Max open files            1024                 4096                 files"))
        .isEqualTo(1024);
  }

  @Test
  void noLimitAndNoProcAreNone() throws IOException {
    assertThat(limit("Max open files            unlimited            unlimited            files"))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(OpenFiles.limit(folder.resolve("none"))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void onlyWhatLacksFilesIsToldTheRemedy() {
    assertThat(OpenFiles.withRemedy(new IOException("a.segment: Too many open files")))
        .contains("a.segment", "ulimit -n", "LimitNOFILE");
    assertThat(OpenFiles.withRemedy(new IOException("Input/output error")))
        .isEqualTo("java.io.IOException: Input/output error");
  }

  private long limit(String line) throws IOException {
    Path file = folder.resolve("limits");
    Files.writeString(file, "Limit  Soft Limit  Hard Limit  Units\n" + line + "\n");
    return OpenFiles.limit(file);
  }
}
