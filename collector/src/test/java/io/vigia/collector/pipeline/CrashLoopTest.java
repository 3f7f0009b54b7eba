package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record that kills the process, at first or when it is given again, must not do so for ever. */
class CrashLoopTest {
  @TempDir Path folder;
  private final FakeExporter exporter = new FakeExporter();
  private final List<Pipeline> opened = new ArrayList<>();

  private Pipeline start(Path directory) throws IOException {
    Pipeline pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .destination(
                "es",
                exporter,
                DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 5))
            .build();
    opened.add(pipeline);
    pipeline.start();
    return pipeline;
  }

  @AfterEach
  void close() {
    opened.forEach(Pipeline::close);
  }

  private static void accept(Pipeline pipeline, String text) throws Exception {
    pipeline.intake().accept(TextBatch.of(text, 1)).get();
  }

  private static DestinationStatus status(Pipeline pipeline) {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private static boolean holds(ExportBatch batch, String text) {
    return batch.entries().stream().anyMatch(entry -> FakeExporter.text(entry).equals(text));
  }

  /** What a process that dies now leaves behind, while the poison is being sent. */
  private void dieOf(String poison, Path left, AtomicBoolean dead) {
    exporter.behave(
        batch -> {
          if (holds(batch, poison)) {
            if (dead.compareAndSet(false, true)) {
              copy(folder.resolve("now"), left);
            }
            return ExportResult.retryAll(batch, "dead", 0);
          }
          return ExportResult.delivered();
        });
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Three times the process dies while the poison is being sent; then it is not sent any more. */
  private void dieThreeTimesOf(String poison, Path now) throws IOException {
    for (int death = 0; death < CrashGuard.DEATHS; death++) {
      Path left = folder.resolve("left" + death);
      AtomicBoolean dead = new AtomicBoolean();
      dieOf(poison, left, dead);
      Pipeline dying = start(now);
      await().untilTrue(dead);
      dying.close();
      Files.move(now, folder.resolve("gone" + death));
      Files.move(left, now);
    }
    exporter.behave(
        batch -> {
          assertThat(holds(batch, poison)).as("sent a fourth time").isFalse();
          return ExportResult.delivered();
        });
  }

  private static void assertOnlyOneCondemned(Pipeline survivor) throws IOException {
    assertThat(status(survivor).dropped()).containsEntry("crash", 1L);
    assertThat(survivor.deadLetters().list())
        .singleElement()
        .satisfies(line -> assertThat(line.reasons()).containsOnlyKeys("crash"));
  }

  @Test
  void aRecordThatKillsTheProcessThreeTimesIsADeadLetterAndItsNeighboursGoThrough()
      throws Exception {
    Path now = folder.resolve("now");
    exporter.goDown();
    Pipeline pipeline = start(now);
    List<String> neighbours = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      accept(pipeline, i == 12 ? "poison" : "b" + i);
      if (i != 12) {
        neighbours.add("b" + i + "/0");
      }
    }
    pipeline.close();
    dieThreeTimesOf("poison", now);
    Pipeline survivor = start(now);
    await().until(() -> status(survivor).pending() == 0);
    assertThat(exporter.delivered()).containsAll(neighbours).doesNotContain("poison/0");
    assertThat(status(survivor).delivered()).isEqualTo(19);
    assertOnlyOneCondemned(survivor);
  }

  @Test
  void aLetterThatKillsTheProcessThreeTimesIsADeadLetterAgain() throws Exception {
    Path now = folder.resolve("now");
    exporter.behave(batch -> ExportResult.refusedAll(batch, "mapping", ""));
    Pipeline pipeline = start(now);
    for (String text : List.of("poison", "innocent", "another")) {
      accept(pipeline, text);
    }
    await().until(() -> status(pipeline).pending() == 0);
    pipeline.close();
    try (CursorAdmin.Offline offline = CursorAdmin.open(now)) {
      assertThat(offline.deadLetters().retry("es", DeadLetterAdmin.Filter.ALL)).isEqualTo(3);
    }
    dieThreeTimesOf("poison", now);
    Pipeline survivor = start(now);
    await().until(() -> status(survivor).pending() == 0);
    assertThat(exporter.delivered()).contains("innocent/0", "another/0").doesNotContain("poison/0");
    assertOnlyOneCondemned(survivor);
  }
}
