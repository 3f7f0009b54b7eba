package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged disk takes records away that destinations have passed already. */
class LostEndTest {
  private static final DestinationOptions OPTIONS =
      new DestinationOptions(true, Set.of(Signal.LOGS), 0, 0, 1 << 20, 1, 20, 1);

  @TempDir Path root;
  private final FakeExporter here = new FakeExporter();
  private final FakeExporter away = new FakeExporter();
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("none")).build();

  private void start(Path directory) throws IOException {
    pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .destination("here", here, OPTIONS)
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private void accept(String text) throws Exception {
    pipeline.intake().accept(TextBatch.of(text, 1)).get();
  }

  @Test
  void aDestinationThatWasAwayMeanwhileMissesNothingThatCameAfterIt() throws Exception {
    Path before = root.resolve("before");
    start(before);
    pipeline.<IOException>change(() -> pipeline.add("away", away, OPTIONS));
    for (int i = 0; i < 10; i++) {
      accept("old" + i);
    }
    await().until(() -> away.delivered().size() == 10);
    pipeline.<IOException>change(() -> pipeline.remove("away"));
    Path after = root.resolve("after");
    copy(before, after); // as a process leaves it that is killed
    pipeline.close();
    loseHalf(after.resolve("log").resolve("logs"));

    start(after);
    for (int i = 0; i < 10; i++) {
      accept("new" + i);
    }
    pipeline.<IOException>change(() -> pipeline.add("away", away, OPTIONS));
    await().until(() -> pipeline.status().stream().allMatch(status -> status.pending() == 0));
    for (FakeExporter each : List.of(here, away)) {
      assertThat(each.delivered().stream().filter(text -> text.startsWith("new"))).hasSize(10);
    }
  }

  @Test
  void whatWasPutOffForLaterIsStillDelivered() throws Exception {
    Path before = root.resolve("before");
    here.behave(PipelineTest::putOffSecondItems);
    start(before);
    for (int i = 0; i < 10; i++) {
      accept("old" + i);
    }
    pipeline.intake().accept(TextBatch.of("late", 3)).get();
    await().until(() -> pipeline.cursors().list().get(0).position() == 11);
    pipeline.<IOException>pausing("here", () -> copy(before, root.resolve("after")));
    pipeline.close();
    loseHalf(root.resolve("after").resolve("log").resolve("logs"));

    assertThat(here.delivered()).contains("late/0", "late/2").doesNotContain("late/1");
    here.comeUp();
    start(root.resolve("after"));
    await().until(() -> here.delivered().contains("late/1"));
    await().until(() -> pipeline.status().stream().allMatch(status -> status.pending() == 0));
  }

  /** Others have got its number by then, and wait to be sent. */
  @Test
  void whatWasPutOffForLaterIsStillDeliveredAfterAnotherCrash() throws Exception {
    Path first = root.resolve("first");
    here.behave(PipelineTest::putOffSecondItems);
    start(first);
    for (int i = 0; i < 10; i++) {
      accept("old" + i);
    }
    pipeline.intake().accept(TextBatch.of("late", 3)).get();
    await().until(() -> pipeline.cursors().list().get(0).position() == 11);
    pipeline.<IOException>pausing("here", () -> copy(first, root.resolve("second")));
    pipeline.close();
    loseHalf(root.resolve("second").resolve("log").resolve("logs"));

    here.goDown();
    start(root.resolve("second"));
    for (int i = 0; i < 20; i++) {
      accept("new" + i);
    }
    pipeline.<IOException>pausing(
        "here", () -> copy(root.resolve("second"), root.resolve("third")));
    pipeline.close();

    here.comeUp();
    start(root.resolve("third"));
    await().until(() -> here.delivered().contains("late/1"));
    await().until(() -> pipeline.status().stream().allMatch(status -> status.pending() == 0));
    assertThat(here.delivered().stream().filter(text -> text.startsWith("new"))).hasSize(20);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void loseHalf(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      Path segment =
          files
              .filter(file -> file.getFileName().toString().matches("\\d{20}\\..*"))
              .findFirst()
              .orElseThrow();
      try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
    }
  }
}
