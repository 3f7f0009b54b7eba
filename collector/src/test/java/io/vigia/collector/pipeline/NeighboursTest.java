package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one destination has to suffer costs the one beside it nothing. */
class NeighboursTest {
  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 20);
  private static final Quota SMALL = new Quota(1_000_000, 1);
  private static final String PADDING = "x".repeat(10_000);

  @TempDir Path directory;
  private final FakeExporter troubled = new FakeExporter();
  private final FakeExporter healthy = FakeExporter.inOrder();
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("/none")).build();

  private void start(DestinationOptions ofTroubled, DestinationOptions ofHealthy, Quota quota)
      throws Exception {
    pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .quota(quota)
            .segmentBytes(64 << 10)
            .destination("troubled", troubled, ofTroubled)
            .destination("healthy", healthy, ofHealthy)
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    troubled.answerAll();
    pipeline.close();
  }

  private CompletableFuture<Void> accept(String text) {
    return pipeline.intake().accept(TextBatch.of(text, 1));
  }

  private DestinationStatus status(String name) {
    DestinationStatus status =
        pipeline.status().stream()
            .filter(each -> each.destination().equals(name))
            .findAny()
            .orElseThrow();
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private static String text(int number) {
    return number + "-" + PADDING;
  }

  @Test
  void aDestinationThatNeverAnswersDelaysNoOther() throws Exception {
    troubled.goSilent();
    start(OPTIONS, OPTIONS, Quota.defaults());
    accept("first").get();
    await().until(() -> troubled.calls() > 0);
    for (int i = 1; i < 50; i++) {
      accept("b" + i).get();
    }
    await().until(() -> status("healthy").pending() == 0);
    assertThat(healthy.delivered()).hasSize(50);
    assertThat(status("troubled").pending()).isEqualTo(50);
    assertThat(troubled.calls()).as("requests in flight").isLessThanOrEqualTo(2);
  }

  @Test
  void theSizeThatTheOperatorSetForOneDropsItsOldestAndNobodyElses() throws Exception {
    troubled.goDown();
    healthy.goDown();
    start(OPTIONS.withLimits(0, 250_000), OPTIONS, Quota.defaults());
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      accept(text(i)).get();
      all.add(text(i) + "/0");
    }
    await().until(() -> status("troubled").pending() * PADDING.length() <= 250_000);
    DestinationStatus behind = status("troubled");
    assertThat(behind.dropped()).containsOnlyKeys("size");
    assertThat(behind.pending()).as("no more than a file too much").isGreaterThan(10);
    assertThat(status("healthy").dropped()).isEmpty();

    troubled.comeUp();
    healthy.comeUp();
    await().until(() -> status("troubled").pending() + status("healthy").pending() == 0);
    int kept = (int) status("troubled").delivered();
    assertThat(kept)
        .isEqualTo(60 - status("troubled").dropped().getOrDefault("size", 0L).intValue());
    assertThat(troubled.delivered()).as("the newest").containsAll(all.subList(60 - kept, 60));
    assertThat(healthy.delivered()).containsExactlyElementsOf(all);
  }

  @Test
  void atTheQuotaWhatAnOptionalOneLosesIsCountedForItAlone() throws Exception {
    troubled.goDown();
    start(OPTIONS.withRequired(false), OPTIONS, SMALL);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      accept(text(i)).get();
      all.add(text(i) + "/0");
    }
    await().until(() -> status("healthy").pending() == 0);
    healthy.goDown(); // so that it has something to lose, though not in the oldest files
    while (status("troubled").dropped().isEmpty()) {
      String next = text(all.size());
      CompletableFuture<Void> answer = accept(next);
      if (answer.isCompletedExceptionally()) {
        await().until(() -> !status("troubled").dropped().isEmpty());
      } else {
        answer.get();
        all.add(next + "/0");
      }
    }
    assertThat(status("healthy").pending()).isEqualTo(all.size() - 40);
    healthy.comeUp();
    await().until(() -> status("healthy").pending() == 0);
    assertThat(healthy.delivered()).containsExactlyInAnyOrderElementsOf(all);
    assertThat(status("healthy").dropped()).isEmpty();
    assertThat(status("troubled").dropped()).containsOnlyKeys("quota");
  }
}
