package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.SimStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No room on the disk: for each file that grows, what happens then and when room is back. */
class FullDiskTest {
  private static final Path DIRECTORY = Path.of("/sim");
  private static final Path RESERVE = DIRECTORY.resolve("reserve");
  private static final int RESERVE_BYTES = 100_000;

  private final SimStorage disk = new SimStorage(7);
  private final FakeExporter exporter = FakeExporter.inOrder();
  private final List<String> acknowledged = new ArrayList<>();
  private Pipeline pipeline = Pipeline.builder().directory(DIRECTORY).build();

  private void start(long reserveBytes) throws IOException {
    startAsItIs(reserveBytes);
    if (reserveBytes > 0) {
      await().until(() -> disk.exists(RESERVE));
      await().until(() -> disk.bytes(RESERVE).length == reserveBytes);
    }
  }

  /** Does not wait for a reserve for which there may be no room. */
  private void startAsItIs(long reserveBytes) throws IOException {
    pipeline =
        Pipeline.builder()
            .directory(DIRECTORY)
            .storage(disk)
            .reserveBytes(reserveBytes)
            .quota(new Quota(Long.MAX_VALUE, 1))
            .destination(
                "es",
                exporter,
                new DestinationOptions(true, Set.of(Signal.LOGS), 0, 0, 1 << 20, 1, 20, 1))
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    disk.capacityBytes = Long.MAX_VALUE;
    pipeline.close();
  }

  private CompletableFuture<Void> offer(String text, int items) {
    return pipeline.intake().accept(TextBatch.of(text, items));
  }

  private void accept(String text, int items) throws Exception {
    offer(text, items).get();
    for (int item = 0; item < items; item++) {
      acknowledged.add(text + "/" + item);
    }
  }

  /** What the intake says: the reason to come again for, or null when it took it. */
  private String refusal(String text) throws Exception {
    try {
      offer(text, 1).get();
      acknowledged.add(text + "/0");
      return "";
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IntakeException.Overloaded refusal) {
        assertThat(refusal.retryAfterMillis()).isPositive();
        return refusal.reason();
      }
      throw e;
    }
  }

  private void fill() {
    disk.capacityBytes = disk.usedBytes();
  }

  private DestinationStatus status() {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private void awaitNothingPending() {
    await().until(() -> status().pending() == 0);
  }

  private void awaitIntakeAgain(String text) {
    await().until(() -> refusal(text).isEmpty());
  }

  private static ExportResult refuseAll(ExportBatch batch) {
    List<ExportResult.Refused> refused = new ArrayList<>();
    for (int i = 0; i < batch.entries().size(); i++) {
      for (int item = 0; item < batch.entries().get(i).record().items(); item++) {
        refused.add(new ExportResult.Refused(i, item, "mapping", ""));
      }
    }
    return new ExportResult(0, refused, List.of(), 0, null);
  }

  @Test
  void appendsAreToldToComeAgainAndNothingAcknowledgedIsLost() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("before", 2);
    disk.capacityBytes = disk.usedBytes() + 3_000;
    int refused = 0;
    while (refused < 3) {
      refused += refusal("filling" + acknowledged.size() + "x".repeat(500)).isEmpty() ? 0 : 1;
    }
    assertThat(disk.bytes(RESERVE)).as("not for appends").hasSize(RESERVE_BYTES);
    disk.capacityBytes = Long.MAX_VALUE;
    awaitIntakeAgain("after");
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactlyElementsOf(acknowledged);
  }

  @Test
  void whatIsThereIsDeliveredOnAFullDiskAndItsSpaceIsFreed() throws Exception {
    exporter.goDown();
    start(0);
    for (int i = 0; i < 50; i++) {
      accept(i + "x".repeat(4_000), 1);
    }
    fill();
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).hasSize(50);
  }

  @Test
  void cursorsAreSavedInPlaceWithoutAnyRoomOrReserve() throws Exception {
    exporter.goDown();
    start(0);
    accept("delivered on a full disk", 3);
    fill();
    exporter.comeUp();
    awaitNothingPending();
    pipeline.close();
    assertThat(disk.usedBytes()).isLessThanOrEqualTo(disk.capacityBytes);
    disk.kill(); // what was not in a file is gone
    start(0);
    assertThat(status().delivered()).isEqualTo(3);
    assertThat(status().pending()).isZero();
    assertThat(exporter.delivered()).hasSize(3);
  }

  @Test
  void deadLettersHaveTheReserveAndIntakeWaitsUntilItIsThereAgain() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("refused", 3);
    fill();
    exporter.behave(FullDiskTest::refuseAll);
    await().until(() -> pipeline.deadLetterStatus().get(0).items() == 3);
    awaitNothingPending();
    assertThat(disk.bytes(RESERVE)).isEmpty();
    assertThat(refusal("too early")).isEqualTo("disk_full");
    assertThat(pipeline.logStatus().get(0).failure()).isEqualTo("the disk is full");

    exporter.comeUp();
    disk.capacityBytes = Long.MAX_VALUE;
    awaitIntakeAgain("in time");
    assertThat(disk.bytes(RESERVE)).hasSize(RESERVE_BYTES);
    await().until(() -> exporter.delivered().contains("in time/0"));
    pipeline.close();
    start(RESERVE_BYTES);
    assertThat(pipeline.deadLetterStatus().get(0).items()).isEqualTo(3);
  }

  @Test
  void aDiskThatIsStillFullAtTheNextStartIsLeftToWhatEmptiesIt() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("refused", 3);
    fill();
    exporter.behave(FullDiskTest::refuseAll);
    awaitNothingPending();
    pipeline.close();
    disk.capacityBytes += 2_000; // enough for a small record
    exporter.goDown();
    startAsItIs(RESERVE_BYTES);
    assertThat(refusal("too early")).isEqualTo("disk_full");
    exporter.comeUp();
    disk.capacityBytes = Long.MAX_VALUE;
    awaitIntakeAgain("in time");
    assertThat(disk.bytes(RESERVE)).hasSize(RESERVE_BYTES);
  }

  @Test
  void reserveOfAnotherSizeIsOneTooWhileThereIsNoRoomForTheOneThatIsWanted() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("refused", 3);
    pipeline.close();
    disk.capacityBytes = disk.usedBytes() + RESERVE_BYTES;
    startAsItIs(3 * RESERVE_BYTES);
    fill();
    exporter.behave(FullDiskTest::refuseAll);
    await().until(() -> pipeline.deadLetterStatus().get(0).items() == 3);
    assertThat(disk.bytes(RESERVE)).isEmpty();
    assertThat(refusal("too early")).isEqualTo("disk_full");
    disk.capacityBytes = Long.MAX_VALUE;
    awaitIntakeAgain("in time");
    assertThat(disk.bytes(RESERVE)).hasSize(3 * RESERVE_BYTES);
  }

  @Test
  void reserveIsMadeAnewInTheRoomOfTheOneBefore() throws Exception {
    start(RESERVE_BYTES);
    pipeline.close();
    disk.capacityBytes = disk.usedBytes() + 10_000;
    start(RESERVE_BYTES / 2);
  }

  @Test
  void reserveThatIsNotWantedAnyMoreGivesItsRoomBack() throws Exception {
    start(RESERVE_BYTES);
    pipeline.close();
    start(0);
    assertThat(disk.exists(RESERVE)).isFalse();
  }

  @Test
  void aDiskThatIsFullInAnotherLanguageIsFullToo() throws Exception {
    disk.noSpace = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";
    deadLettersHaveTheReserveAndIntakeWaitsUntilItIsThereAgain();
  }

  @Test
  void withoutReserveRefusedItemsStayPendingUntilTheDeadLettersHaveRoom() throws Exception {
    exporter.goDown();
    start(0);
    accept("refused", 3);
    fill();
    exporter.behave(FullDiskTest::refuseAll);
    await().until(() -> String.valueOf(status().lastError()).contains("dead letters"));
    assertThat(status().pending()).isEqualTo(3);
    disk.capacityBytes = Long.MAX_VALUE;
    awaitNothingPending();
    assertThat(pipeline.deadLetterStatus().get(0).items()).isEqualTo(3);
  }

  @Test
  void whatIsPutOffHasTheReserveAndIsDeliveredInTheEnd() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("put off", 3);
    fill();
    exporter.behave(PipelineTest::putOffSecondItems);
    await().until(() -> status().pending() == 1);
    await().until(() -> disk.bytes(RESERVE).length == 0);
    disk.capacityBytes = Long.MAX_VALUE;
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactlyInAnyOrderElementsOf(acknowledged);
    awaitIntakeAgain("after");
  }

  @Test
  void stoppingOnAFullDiskLosesNothing() throws Exception {
    exporter.goDown();
    start(RESERVE_BYTES);
    accept("kept", 2);
    fill();
    pipeline.close();
    exporter.comeUp();
    start(0);
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactlyElementsOf(acknowledged);
  }

  @Test
  void aDiskTooSmallForTheReserveIsUsedWithoutIt() throws Exception {
    disk.capacityBytes = 2 * RESERVE_BYTES;
    start(0);
    pipeline.close();
    pipeline =
        Pipeline.builder()
            .directory(DIRECTORY)
            .storage(disk)
            .reserveBytes(2 * RESERVE_BYTES)
            .quota(new Quota(Long.MAX_VALUE, 1))
            .destination(
                "es", exporter, DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)))
            .build();
    pipeline.start();
    accept("small", 1);
    await().until(() -> exporter.delivered().contains("small/0"));
    assertThat(disk.exists(RESERVE)).isFalse();
  }
}
