package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 20);

  @TempDir Path directory;
  private final FakeExporter exporter = new FakeExporter();
  private final List<Pipeline> opened = new ArrayList<>();

  private Pipeline start(Pipeline.Builder builder) throws Exception {
    Pipeline pipeline = builder.directory(directory).durability(Durability.os()).build();
    opened.add(pipeline);
    pipeline.start();
    return pipeline;
  }

  private Pipeline startOne() throws Exception {
    return start(Pipeline.builder().destination("es", exporter, OPTIONS));
  }

  @AfterEach
  void close() {
    opened.forEach(Pipeline::close);
  }

  private static CompletableFuture<Void> accept(Pipeline pipeline, String text, int items) {
    return pipeline.intake().accept(TextBatch.of(text, items));
  }

  private static DestinationStatus status(Pipeline pipeline) {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private static void awaitNothingPending(Pipeline pipeline) {
    await().until(() -> status(pipeline).pending() == 0);
  }

  @Test
  void everythingAcceptedIsDeliveredOnceInOrder() throws Exception {
    Pipeline pipeline = startOne();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      accept(pipeline, "batch" + i, 2).get();
      expected.add("batch" + i + "/0");
      expected.add("batch" + i + "/1");
    }
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).containsExactlyElementsOf(expected);
    assertThat(status(pipeline).accepted()).isEqualTo(1_000);
    assertThat(status(pipeline).delivered()).isEqualTo(1_000);
  }

  @Test
  void aDestinationThatIsDownGetsEverythingWhenItReturnsAndTheLedgerBalancesMeanwhile()
      throws Exception {
    exporter.goDown();
    Pipeline pipeline = startOne();
    for (int i = 0; i < 100; i++) {
      accept(pipeline, "batch" + i, 1).get();
      status(pipeline);
    }
    await().until(() -> status(pipeline).circuit() == DestinationStatus.Circuit.OPEN);
    assertThat(status(pipeline).pending()).isEqualTo(100);
    assertThat(status(pipeline).lastError()).isEqualTo("down");
    assertThat(status(pipeline).oldestPendingUnixNanos()).isPositive();
    exporter.comeUp();
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).hasSize(100).doesNotHaveDuplicates();
    assertThat(status(pipeline).retries()).isPositive();
    await().until(() -> status(pipeline).circuit() == DestinationStatus.Circuit.CLOSED);
  }

  @Test
  void aRestartGoesOnWhereItStoppedAndKeepsTheCounts() throws Exception {
    Pipeline first = startOne();
    accept(first, "before", 3).get();
    awaitNothingPending(first);
    exporter.goDown();
    accept(first, "kept", 2).get();
    first.close();

    exporter.comeUp();
    Pipeline second = startOne();
    awaitNothingPending(second);
    assertThat(exporter.delivered())
        .containsExactly("before/0", "before/1", "before/2", "kept/0", "kept/1");
    assertThat(status(second).accepted()).isEqualTo(5);
    assertThat(status(second).delivered()).isEqualTo(5);
  }

  /** As a backend does that answers 500 to what it cannot digest, instead of refusing it. */
  @Test
  void anItemThatFailsEveryRequestItIsInHoldsNobody() throws Exception {
    exporter.behave(
        batch ->
            batch.entries().stream().anyMatch(entry -> FakeExporter.text(entry).equals("poison"))
                ? ExportResult.retryAll(batch, "500", 0)
                : ExportResult.delivered());
    Pipeline pipeline = startOne();
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      accept(pipeline, i == 20 ? "poison" : "batch" + i, 1);
      expected.add((i == 20 ? "poison" : "batch" + i) + "/0");
    }
    expected.remove("poison/0");
    await().atMost(Duration.ofSeconds(60)).until(() -> status(pipeline).pending() == 1);
    assertThat(exporter.delivered()).containsExactlyInAnyOrderElementsOf(expected);
    accept(pipeline, "later", 1).get();
    await().until(() -> exporter.delivered().contains("later/0"));
    await().until(() -> status(pipeline).circuit() == DestinationStatus.Circuit.CLOSED);

    exporter.comeUp();
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).contains("poison/0").doesNotHaveDuplicates();
    assertThat(status(pipeline).dropped()).isEmpty();
  }

  @Test
  void onlyTheItemsToBeRetriedAreSentAgain() throws Exception {
    exporter.behave(
        batch -> {
          BitSet odd = new BitSet();
          odd.set(1);
          exporter.comeUp();
          var entry = batch.entries().get(0);
          return new ExportResult(
              1, List.of(), List.of(new ExportBatch.Entry(entry.record(), odd)), 0, "429");
        });
    Pipeline pipeline = startOne();
    accept(pipeline, "a", 3).get();
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).containsExactly("a/0", "a/2", "a/1");
    assertThat(status(pipeline).duplicates()).isEqualTo(1);
  }

  @Test
  void aRefusedItemIsDroppedByReasonAndItsNeighboursGoThrough() throws Exception {
    exporter.behave(
        batch -> {
          for (int i = 0; i < batch.entries().size(); i++) {
            if (FakeExporter.text(batch.entries().get(i)).equals("bad")) {
              return new ExportResult(
                  0, List.of(new ExportResult.Refused(i, 1, "mapping", "no")), List.of(), 0, null);
            }
          }
          return ExportResult.delivered();
        });
    Pipeline pipeline = startOne();
    accept(pipeline, "good", 1);
    accept(pipeline, "bad", 3);
    accept(pipeline, "fine", 1).get();
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).containsExactly("good/0", "bad/0", "bad/2", "fine/0");
    assertThat(status(pipeline).dropped()).containsExactly(Map.entry("mapping", 1L));
  }

  @Test
  void aRequestRefusedAsAWholeIsTakenApartDownToTheOffendingItem() throws Exception {
    exporter.behave(
        batch -> {
          boolean poisoned =
              batch.entries().stream()
                  .anyMatch(entry -> FakeExporter.text(entry).equals("poison") && entry.wants(4));
          return poisoned
              ? ExportResult.refusedAll(batch, "invalid", "400")
              : ExportResult.delivered();
        });
    Pipeline pipeline = startOne();
    for (int i = 0; i < 10; i++) {
      accept(pipeline, i == 6 ? "poison" : "b" + i, 7);
    }
    accept(pipeline, "last", 1).get();
    awaitNothingPending(pipeline);
    assertThat(exporter.delivered()).hasSize(70).doesNotContain("poison/4");
    assertThat(status(pipeline).dropped()).containsExactly(Map.entry("invalid", 1L));
  }

  @Test
  void onlyTheAgeThatTheOperatorSetThrowsWaitingDataAway() throws Exception {
    exporter.goDown();
    FakeExporter patient = new FakeExporter();
    patient.goDown();
    Pipeline pipeline =
        start(
            Pipeline.builder()
                .destination("es", exporter, OPTIONS.withLimits(1_000, 0))
                .destination("patient", patient, OPTIONS));
    Envelope old = new Envelope(1, "test", "peer", Map.of());
    for (int i = 0; i < 3; i++) {
      ByteBuffer bytes = ByteBuffer.wrap("old".getBytes(StandardCharsets.UTF_8));
      pipeline.intake().accept(new Batch(Signal.LOGS, 2, old, bytes)).get();
    }
    await().until(() -> status(pipeline).pending() == 0);
    assertThat(status(pipeline).dropped()).containsExactly(Map.entry("age", 6L));
    patient.comeUp();
    await().until(() -> patient.delivered().size() == 6);
  }

  @Test
  void aSlowOrDeadDestinationDelaysNoOther() throws Exception {
    FakeExporter dead = new FakeExporter();
    dead.goDown();
    Pipeline pipeline =
        start(
            Pipeline.builder()
                .destination("dead", dead, OPTIONS)
                .destination("es", exporter, OPTIONS));
    for (int i = 0; i < 50; i++) {
      accept(pipeline, "b" + i, 1).get();
    }
    await().until(() -> exporter.delivered().size() == 50);
    assertThat(status(pipeline).pending()).isEqualTo(50);
  }

  @Test
  void aSignalNobodyTakesIsRejected() throws Exception {
    Pipeline pipeline = startOne();
    CompletableFuture<Void> answer =
        pipeline
            .intake()
            .accept(
                new Batch(
                    Signal.TRACES, 1, Envelope.now("test", ""), ByteBuffer.wrap(new byte[4])));
    assertThatThrownBy(answer::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IntakeException.Rejected.class);
  }

  @Test
  void atTheQuotaARequiredDestinationThatIsBehindMakesIntakeAskToWait() throws Exception {
    exporter.goDown();
    Pipeline pipeline =
        start(
            Pipeline.builder().quota(new Quota(1_000_000, 1)).destination("es", exporter, OPTIONS));
    IntakeException refusal = fillUntilRefused(pipeline);
    assertThat(refusal).isInstanceOf(IntakeException.Overloaded.class);
    assertThat(refusal.reason()).isEqualTo("quota");
    assertThat(((IntakeException.Overloaded) refusal).retryAfterMillis()).isPositive();
    exporter.comeUp();
    awaitNothingPending(pipeline);
    await().until(() -> !accept(pipeline, "again", 1).isCompletedExceptionally());
  }

  @Test
  void atTheQuotaAnOptionalDestinationLosesItsOldestAndIntakeGoesOn() throws Exception {
    exporter.goDown();
    Pipeline pipeline =
        start(
            Pipeline.builder()
                .quota(new Quota(1_000_000, 1))
                .destination("es", exporter, OPTIONS.withRequired(false)));
    String big = "x".repeat(10_000);
    int accepted = 0;
    while (accepted < 300) {
      CompletableFuture<Void> answer = accept(pipeline, big, 1);
      if (!answer.isCompletedExceptionally()) {
        answer.get();
        accepted++;
      } else {
        await().until(() -> pipeline.logStatus().get(0).bytes() < 900_000);
      }
    }
    assertThat(status(pipeline).dropped().get("quota")).isPositive();
    exporter.comeUp();
    awaitNothingPending(pipeline);
    DestinationStatus end = status(pipeline);
    assertThat(end.accepted()).isEqualTo(300);
    assertThat(end.delivered()).isEqualTo(300 - end.dropped().getOrDefault("quota", 0L));
  }

  private static IntakeException fillUntilRefused(Pipeline pipeline) throws Exception {
    String big = "x".repeat(10_000);
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<Void> answer = accept(pipeline, big, 1);
      try {
        answer.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IntakeException refusal) {
          return refusal;
        }
        throw e;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void aSecondProcessOnTheSameDirectoryIsTurnedAwayWithAClearLine() throws Exception {
    startOne();
    Pipeline second =
        Pipeline.builder().directory(directory).destination("es", exporter, OPTIONS).build();
    assertThatThrownBy(second::start).hasMessageContaining("in use by another process");
  }

  @Test
  void aNewDestinationBeginsAtTheOldestRetainedRecord() throws Exception {
    exporter.goDown();
    Pipeline first = startOne();
    accept(first, "old", 2).get();
    first.close();
    FakeExporter late = new FakeExporter();
    Pipeline second =
        start(
            Pipeline.builder()
                .destination("late", late, OPTIONS)
                .destination("es", exporter, OPTIONS));
    await().until(() -> late.delivered().size() == 2);
    awaitNothingPending(second);
    assertThat(late.doubted()).as("it may be a new name of one that had it").isEqualTo(1);
  }

  /** A data stream may have rolled over since: ids alone would not tell what is there already. */
  @Test
  void whatIsSentAgainBecauseACursorIsDamagedMayBeThereAlready() throws Exception {
    Pipeline first = startOne();
    for (int i = 0; i < 10; i++) {
      accept(first, "batch" + i, 1).get();
    }
    awaitNothingPending(first);
    first.close();
    Path cursor = directory.resolve("destinations/es/logs.cursor");
    byte[] bytes = Files.readAllBytes(cursor);
    Arrays.fill(bytes, (byte) 0xee);
    Files.write(cursor, bytes);

    Pipeline second = startOne();
    assertThat(exporter.doubted()).isEqualTo(10);
    awaitNothingPending(second);
  }

  /** Puts off item 1 of every record that has more than one item. */
  static ExportResult putOffSecondItems(ExportBatch batch) {
    List<ExportBatch.Entry> again = new ArrayList<>();
    for (ExportBatch.Entry entry : batch.entries()) {
      if (entry.record().items() > 1 && entry.wants(1)) {
        BitSet second = new BitSet();
        second.set(1);
        again.add(new ExportBatch.Entry(entry.record(), second));
      }
    }
    return again.isEmpty()
        ? ExportResult.delivered()
        : new ExportResult(0, List.of(), again, 0, "429");
  }

  @Test
  void anItemPutOffAgainAndAgainHoldsNobodyAndIsDeliveredInTheEnd() throws Exception {
    FakeExporter ordered = new FakeExporter(new Exporter.Limits(100, 4, 0, 1));
    ordered.behave(PipelineTest::putOffSecondItems);
    DestinationOptions once =
        new DestinationOptions(true, Set.of(Signal.LOGS), 0, 0, 1 << 20, 1, 5, 1);
    Pipeline pipeline = start(Pipeline.builder().destination("es", ordered, once));
    accept(pipeline, "stuck", 3).get();
    for (int i = 0; i < 50; i++) {
      accept(pipeline, "b" + i, 1).get();
    }
    await().until(() -> ordered.delivered().contains("b49/0"));
    await().atMost(Duration.ofSeconds(60)).until(() -> status(pipeline).pending() == 1);
    assertThat(ordered.delivered()).contains("stuck/0", "stuck/2").doesNotContain("stuck/1");
    assertThat(status(pipeline).accepted()).isEqualTo(53);

    pipeline.close();
    Pipeline second = start(Pipeline.builder().destination("es", ordered, once));
    assertThat(status(second).pending()).isEqualTo(1);
    ordered.comeUp();
    awaitNothingPending(second);
    assertThat(ordered.delivered()).contains("stuck/1").hasSize(53).doesNotHaveDuplicates();
    assertThat(status(second).delivered()).isEqualTo(53);
  }
}
