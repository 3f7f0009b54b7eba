package io.vigia.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
  @TempDir Path directory;

  @Test
  void allocationIsWhatEachCollectionFoundAboveWhatTheLastOneLeft() throws IOException {
    GcLog log =
        log(
            "[0.005s][info][gc] Using G1",
            "[0.311s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 15M->5M(256M) 5.5ms",
            "[5.700s][info][gc] GC(1) Pause Young (Concurrent Start) (Metadata GC Threshold) 25M->13M(256M) 35.0ms",
            "[5.737s][info][gc] GC(2) Concurrent Mark Cycle",
            "[5.773s][info][gc] GC(2) Pause Remark 14M->14M(54M) 10.9ms");
    assertThat(log.allocatedMb()).isEqualTo(15 + 20 + 1);
    assertThat(log.hasForcedCollection()).isFalse();
  }

  @Test
  void forcedCollectionIsSeen() throws IOException {
    GcLog log = log("[9.1s][info][gc] GC(3) Pause Full (Diagnostic Command) 92M->10M(44M) 51.2ms");
    assertThat(log.hasForcedCollection()).isTrue();
    assertThat(log.allocatedMb()).isEqualTo(92);
  }

  @Test
  void logThatIsNotThereYetHasNoForcedCollection() {
    assertThat(new GcLog(directory.resolve("none")).hasForcedCollection()).isFalse();
  }

  private GcLog log(String... lines) throws IOException {
    Path file = directory.resolve("gc.log");
    Files.write(file, List.of(lines));
    return new GcLog(file);
  }
}
