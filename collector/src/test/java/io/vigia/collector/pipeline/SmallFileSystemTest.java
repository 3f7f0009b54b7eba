package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of a few MiB that another program fills. Needs root on Linux. */
class SmallFileSystemTest {
  @TempDir Path folder;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString());
    if (!mounted) {
      String missing =
          "SmallFileSystemTest skipped: no tmpfs can be mounted here (needs root on Linux)";
      System.err.println(missing);
      Assumptions.abort(missing);
    }
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", folder.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  /** Writes until the file system says it is full. */
  private static void fill(Path ballast) throws IOException {
    byte[] block = new byte[4_096];
    try (var out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void aFullDiskLosesNothingAcknowledgedAndRecoversByItself() throws Exception {
    FakeExporter exporter = new FakeExporter();
    exporter.goDown();
    Pipeline pipeline =
        Pipeline.builder()
            .directory(folder.resolve("log"))
            .reserveBytes(1 << 20)
            .segmentBytes(256 << 10)
            .quota(new Quota(Long.MAX_VALUE, 1))
            .destination(
                "es",
                exporter,
                DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 20))
            .build();
    pipeline.start();
    Path ballast = folder.resolve("ballast");
    Path reserve = folder.resolve("log/reserve");
    List<String> acknowledged = new ArrayList<>();
    try {
      await().until(() -> Files.exists(reserve) && Files.size(reserve) == 1 << 20);
      for (int i = 0; i < 100; i++) {
        assertThat(offer(pipeline, "before" + i, acknowledged)).isEmpty();
      }
      fill(ballast);
      // the rest of the last page at most is still taken
      await().until(() -> !offer(pipeline, "full" + acknowledged.size(), acknowledged).isEmpty());

      exporter.behave(
          batch -> ExportResult.refusedAll(batch, "mapping", "does not fit, said while full"));
      await().until(() -> pipeline.status().get(0).pending() == 0);
      assertThat(pipeline.deadLetterStatus().get(0).items()).isEqualTo(acknowledged.size());
      assertThat(offer(pipeline, "still full", acknowledged)).isNotEmpty();

      Files.delete(ballast);
      exporter.comeUp();
      await().until(() -> offer(pipeline, "room" + acknowledged.size(), acknowledged).isEmpty());
      pipeline.deadLetters().retry("es", DeadLetterAdmin.Filter.ALL);
      await().until(() -> pipeline.status().get(0).pending() == 0);
      assertThat(exporter.delivered().stream().map(item -> item.replace("/0", "")))
          .containsExactlyInAnyOrderElementsOf(acknowledged);
      assertThat(pipeline.status().get(0).balanced()).isTrue();
      assertThat(Files.size(reserve)).isEqualTo(1 << 20);
    } finally {
      pipeline.close();
    }
  }

  /** The reason to come again for, or nothing when it was acknowledged. */
  private static String offer(Pipeline pipeline, String name, List<String> acknowledged)
      throws Exception {
    ByteBuffer payload = ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
    try {
      pipeline
          .intake()
          .accept(new Batch(Signal.LOGS, 1, Envelope.now("test", "peer"), payload))
          .get();
      acknowledged.add(name);
      return "";
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IntakeException.Overloaded refusal) {
        return refusal.reason();
      }
      throw e;
    }
  }
}
