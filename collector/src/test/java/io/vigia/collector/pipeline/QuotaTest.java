package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.LogStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.disklog.SimStorage;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One signal's limit, and the share of the file system that all have together. */
class QuotaTest {
  private static final int RECORD_BYTES = 10_000;
  private static final Quota LOGS_SMALL =
      new Quota(100_000_000, 1, Map.of(Signal.LOGS, 1_000_000L));

  @TempDir Path directory;
  private final FakeExporter exporter = new FakeExporter();
  private long maxBacklogBytes;
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("unused")).build();

  private void start(Quota quota, boolean required, Storage storage) throws IOException {
    exporter.goDown();
    pipeline =
        Pipeline.builder()
            .directory(directory)
            .storage(storage)
            .durability(Durability.os())
            .quota(quota)
            .destination(
                "es",
                exporter,
                new DestinationOptions(
                    required,
                    Set.of(Signal.LOGS, Signal.TRACES),
                    0,
                    maxBacklogBytes,
                    1 << 20,
                    1,
                    20,
                    1))
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private CompletableFuture<Void> offer(Signal signal) {
    return pipeline
        .intake()
        .accept(
            new Batch(
                signal, 1, Envelope.now("test", "peer"), ByteBuffer.wrap(new byte[RECORD_BYTES])));
  }

  /** Bytes taken before it is told to come again for this reason. */
  private long fillUntilRefused(Signal signal, String reason) throws Exception {
    for (int records = 0; records < 2_000; records++) {
      try {
        offer(signal).get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IntakeException.Overloaded refusal) {
          assertThat(refusal.reason()).isEqualTo(reason);
          return (long) records * RECORD_BYTES;
        }
        throw e;
      }
    }
    throw new AssertionError("never refused");
  }

  private DestinationStatus status(Signal signal) {
    DestinationStatus status =
        pipeline.status().stream().filter(one -> one.signal() == signal).findFirst().orElseThrow();
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  @Test
  void aSignalAtItsOwnQuotaIsRefusedAndTheOthersGoOn() throws Exception {
    start(LOGS_SMALL, true, Storage.os());
    assertThat(fillUntilRefused(Signal.LOGS, "quota")).isBetween(900_000L, 1_000_000L);
    for (int i = 0; i < 200; i++) {
      offer(Signal.TRACES).get();
    }
    exporter.comeUp();
    await().until(() -> !offer(Signal.LOGS).isCompletedExceptionally());
  }

  @Test
  void anOptionalDestinationLosesTheOldestOfThatSignalOnly() throws Exception {
    start(LOGS_SMALL, false, Storage.os());
    for (int i = 0; i < 80; i++) {
      offer(Signal.TRACES).get();
    }
    int accepted = 0;
    while (accepted < 200) {
      CompletableFuture<Void> answer = offer(Signal.LOGS);
      if (answer.isCompletedExceptionally()) {
        await().until(() -> !offer(Signal.LOGS).isCompletedExceptionally());
      } else {
        answer.get();
      }
      accepted++;
    }
    assertThat(status(Signal.LOGS).dropped().get("quota")).isPositive();
    assertThat(status(Signal.TRACES).dropped()).isEmpty();
    assertThat(status(Signal.TRACES).pending()).isEqualTo(80);
    exporter.comeUp();
    await().until(() -> status(Signal.LOGS).pending() == 0);
    assertThat(status(Signal.LOGS).accepted()).isEqualTo(accepted);
  }

  @Test
  void allTogetherTakeNoMoreThanTheirShareOfTheFileSystem() throws Exception {
    SimStorage disk = new SimStorage(3);
    disk.capacityBytes = 3_000_000;
    start(new Quota(Long.MAX_VALUE, 0.5), true, disk);
    fillUntilRefused(Signal.LOGS, "quota");
    await()
        .until(() -> pipeline.logStatus().stream().anyMatch(log -> log.allowedBytes() < 300_000));
    fillUntilRefused(Signal.TRACES, "quota");
    long logs = pipeline.logStatus().stream().mapToLong(LogStatus::bytes).sum();
    assertThat(logs).isBetween(1_200_000L, 1_600_000L);
    assertThat(disk.usableBytes(directory)).isGreaterThan(1_000_000L);
  }

  private long putOffBytes() throws IOException {
    try (Stream<Path> files =
        Files.list(directory.resolve("destinations/es").resolve("logs-retries"))) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private void startPuttingOff(boolean required) throws IOException {
    start(new Quota(maxBacklogBytes == 0 ? 4_000_000 : 40_000_000, 1), required, Storage.os());
    exporter.behave(PipelineTest::putOffSecondItems);
  }

  @Test
  void whatARequiredDestinationPutsOffCountsTowardsTheQuota() throws Exception {
    startPuttingOff(true);
    String refusal = "";
    for (int i = 0; i < 2_000 && refusal.isEmpty(); i++) {
      refusal = offerTwo();
    }
    assertThat(refusal).isEqualTo("quota");
    await().until(() -> status(Signal.LOGS).pendingBytes() < 5_000_000);
    exporter.comeUp();
    await().until(() -> status(Signal.LOGS).pending() == 0);
    await().until(() -> offerTwo().isEmpty());
  }

  @Test
  void whatAnOptionalDestinationPutsOffIsGivenUpOldestFirst() throws Exception {
    startPuttingOff(false);
    int accepted = 0;
    while (accepted < 1_000) {
      if (!offerTwo().isEmpty()) {
        await().until(() -> offerTwo().isEmpty());
      }
      accepted++;
    }
    await().until(() -> putOffBytes() < 4_000_000);
    DestinationStatus status = status(Signal.LOGS);
    assertThat(status.accepted()).isEqualTo(2L * accepted);
    assertThat(status.dropped().get("quota")).isPositive();
    exporter.comeUp();
    await().until(() -> status(Signal.LOGS).pending() == 0);
  }

  @Test
  void whatIsPutOffCountsTowardsTheSizeThatTheOperatorSet() throws Exception {
    maxBacklogBytes = 2_000_000;
    startPuttingOff(true);
    for (int i = 0; i < 1_000; i++) {
      assertThat(offerTwo()).isEmpty();
    }
    await().until(() -> status(Signal.LOGS).dropped().containsKey("size"));
    await().until(() -> status(Signal.LOGS).pendingBytes() <= maxBacklogBytes);
    assertThat(status(Signal.LOGS).accepted()).isEqualTo(2_000);
    exporter.comeUp();
    await().until(() -> status(Signal.LOGS).pending() == 0);
    assertThat(status(Signal.LOGS).dropped()).containsOnlyKeys("size");
  }

  /** Two items, of which the second is put off; the reason why not, or nothing. */
  private String offerTwo() throws Exception {
    ByteBuffer payload = ByteBuffer.wrap(new byte[RECORD_BYTES]);
    try {
      pipeline
          .intake()
          .accept(new Batch(Signal.LOGS, 2, Envelope.now("test", "peer"), payload))
          .get();
      return "";
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IntakeException.Overloaded refusal) {
        return refusal.reason();
      }
      throw e;
    }
  }

  /** As an NFS of Amazon's does: with a megabyte of ours it is more than a long. */
  @Test
  void aFileSystemThatSaysThatItHasRoomForEightExbibytesHasRoom() {
    Quota quota = new Quota(10L << 30, 0.8);
    assertThat(quota.allowedBytes(2 << 20, 9_223_372_036_853_727_232L)).isEqualTo(10L << 30);
  }

  @Test
  void thatNobodyCanTellHowMuchIsFreeIsNoFullDisk() throws Exception {
    assertThat(Storage.os().usableBytes(directory)).isBetween(1L, 1L << 60);
    long unknown = Storage.os().usableBytes(directory.resolve("gone"));
    assertThat(new Quota(10L << 30, 0.8).allowedBytes(2 << 20, unknown)).isEqualTo(10L << 30);
  }

  @Test
  void aQuotaOfNothingIsRefused() {
    assertThatThrownBy(() -> new Quota(1, 1, Map.of(Signal.LOGS, 0L)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
