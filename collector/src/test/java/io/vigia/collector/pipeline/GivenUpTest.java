package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.core.UnixTime;
import io.vigia.collector.disklog.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits to be sent again, and reaches a limit of the operator while it waits. */
class GivenUpTest {
  private static final long HOUR_MILLIS = 3_600_000;
  private static final int RECORD_BYTES = 10_000; // one in each batch

  @TempDir Path directory;
  private volatile long putForwardMillis;
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("unused")).build();

  @AfterEach
  void close() {
    pipeline.close();
  }

  private void start(FakeExporter exporter, long maxAgeMillis) throws IOException {
    pipeline =
        Pipeline.builder()
            .clock(
                new AgeClock(() -> System.currentTimeMillis() + putForwardMillis, System::nanoTime))
            .directory(directory)
            .durability(Durability.os())
            .quota(new Quota(1_000_000, 1))
            .destination(
                "there",
                exporter,
                new DestinationOptions(
                    false, Set.of(Signal.METRICS), maxAgeMillis, 0, 1 << 20, 1, 20, 1))
            .build();
    pipeline.start();
  }

  private static ExportResult failForBad(ExportBatch batch) {
    return batch.entries().stream().anyMatch(entry -> FakeExporter.text(entry).startsWith("bad"))
        ? ExportResult.retryAll(batch, "500", 0)
        : ExportResult.delivered();
  }

  private CompletableFuture<Void> offer(String text, int items, long receivedNanos) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    Envelope envelope = new Envelope(receivedNanos, "test", "peer", Map.of());
    return pipeline
        .intake()
        .accept(new Batch(Signal.METRICS, items, envelope, ByteBuffer.wrap(payload)));
  }

  private DestinationStatus status() {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private static long tooOld() {
    return UnixTime.nowNanos() - TimeUnit.MILLISECONDS.toNanos(2 * HOUR_MILLIS);
  }

  /** Young enough to be sent, and too old a few seconds later. */
  private static long nearlyTooOld() {
    return UnixTime.nowNanos() - TimeUnit.MILLISECONDS.toNanos(HOUR_MILLIS - 3_000);
  }

  @Test
  void aBatchThatFailsForEverHoldsTheOthersOnlyUntilTheQuotaGivesItUp() throws Exception {
    FakeExporter exporter = FakeExporter.inOrder();
    exporter.behave(GivenUpTest::failForBad);
    start(exporter, 0);
    String rest = "x".repeat(RECORD_BYTES - 5);
    offer("bad  " + rest, 1, UnixTime.nowNanos()).get();
    for (int i = 0; i < 300; i++) {
      await()
          .until(() -> !offer("good " + rest, 1, UnixTime.nowNanos()).isCompletedExceptionally());
    }
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).isNotEmpty();
    assertThat(status().dropped()).containsOnlyKeys("quota");
  }

  @Test
  void aBatchThatFailsForEverHoldsTheOthersOnlyUntilItIsTooOld() throws Exception {
    FakeExporter exporter = FakeExporter.inOrder();
    exporter.goDown();
    start(exporter, HOUR_MILLIS);
    offer("first", 1, UnixTime.nowNanos()).get();
    await().until(() -> exporter.calls() > 0);
    offer("bad", 2, nearlyTooOld()).get();
    offer("good", 1, UnixTime.nowNanos()).get(); // in one batch with it
    exporter.behave(GivenUpTest::failForBad);
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).containsExactly("first/0", "good/0");
    assertThat(status().dropped()).isEqualTo(Map.of("age", 2L));
  }

  @Test
  void whereOrderIsKeptTheDestinationStandsAtTheRecordThatCannotGoAndMayBeToldToSkipIt()
      throws Exception {
    FakeExporter exporter = FakeExporter.inOrder();
    exporter.goDown();
    start(exporter, 0);
    offer("first", 1, UnixTime.nowNanos()).get();
    await().until(() -> exporter.calls() > 0);
    for (String text : List.of("good a", "good b", "bad", "good c", "good d")) {
      offer(text, 1, UnixTime.nowNanos()).get();
    }
    exporter.behave(GivenUpTest::failForBad);
    await()
        .until(
            () ->
                pipeline.cursors().list().get(0).position() == 3
                    && "500".equals(status().lastError()));
    assertThat(exporter.delivered()).containsExactly("first/0", "good a/0", "good b/0");
    pipeline.cursors().skip("there", null, Place.parse("4"));
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered())
        .containsExactly("first/0", "good a/0", "good b/0", "good c/0", "good d/0");
    assertThat(status().dropped()).isEqualTo(Map.of("skipped", 1L));
  }

  @Test
  void nothingIsTooOldBecauseTheClockWasPutForward() throws Exception {
    FakeExporter exporter = new FakeExporter();
    exporter.goDown();
    start(exporter, HOUR_MILLIS);
    offer("waits", 1, UnixTime.nowNanos()).get();
    await().until(() -> exporter.calls() > 1);
    putForwardMillis = 1_000 * HOUR_MILLIS;
    offer("comes", 1, UnixTime.nowNanos()).get();
    exporter.comeUp();
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).containsExactlyInAnyOrder("waits/0", "comes/0");
  }

  @Test
  void nothingIsTooOldForAClockThatIsAheadAtTheStart() throws Exception {
    FakeExporter exporter = new FakeExporter();
    exporter.goDown();
    start(exporter, HOUR_MILLIS);
    offer("waits", 1, UnixTime.nowNanos()).get();
    pipeline.close();
    putForwardMillis = 1_000 * HOUR_MILLIS;
    exporter.comeUp();
    start(exporter, HOUR_MILLIS);
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).containsExactly("waits/0");
  }

  @Test
  void whatWasPutOffIsGivenUpWhenItIsTooOld() throws Exception {
    FakeExporter exporter = new FakeExporter();
    exporter.behave(PipelineTest::putOffSecondItems);
    start(exporter, 0);
    offer("in two parts", 2, tooOld()).get();
    await().until(() -> exporter.calls() > 2); // has moved, and was tried from there
    pipeline.close();
    start(exporter, HOUR_MILLIS);
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).containsExactly("in two parts/0");
    assertThat(status().dropped()).isEqualTo(Map.of("age", 1L));
  }

  @Test
  void aDeadLetterThatIsGivenAgainIsAsYoungAsThat() throws Exception {
    FakeExporter exporter = new FakeExporter();
    exporter.behave(batch -> ExportResult.refusedAll(batch, "mapping", "no number"));
    start(exporter, 0);
    offer("letter", 1, tooOld()).get();
    await().until(() -> status().pending() == 0);
    pipeline.close();
    exporter.comeUp();
    start(exporter, HOUR_MILLIS);
    pipeline.deadLetters().retry("there", DeadLetterAdmin.Filter.ALL);
    await().until(() -> status().pending() == 0);
    assertThat(exporter.delivered()).containsExactly("letter/0");
  }
}
