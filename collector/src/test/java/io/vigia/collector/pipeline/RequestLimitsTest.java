package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.disklog.SimStorage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much is asked of a destination and of the disk, at once and for each request. */
class RequestLimitsTest {
  private static final int HOUR_MILLIS = 3_600_000;

  private final SimStorage disk = new SimStorage(3);
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("/none")).build();
  private volatile boolean answering;

  /** A request, and its answer when the test gives it. */
  private record Asked(int records, int items, int bytes, CompletableFuture<ExportResult> answer) {}

  private void start(Exporter.Limits limits) throws Exception {
    pipeline =
        Pipeline.builder()
            .directory(Path.of("/data"))
            .storage(disk)
            .durability(Durability.os())
            .destination("es", new Backend(limits), DestinationOptions.defaults().withRetry(1, 20))
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    answering = true;
    asked.forEach(each -> each.answer.complete(ExportResult.delivered()));
    pipeline.close();
  }

  private void accept(int items, int bytes) throws Exception {
    pipeline
        .intake()
        .accept(
            new Batch(
                Signal.LOGS, items, Envelope.now("test", ""), ByteBuffer.wrap(new byte[bytes])))
        .get();
  }

  private long pending() {
    return pipeline.status().stream()
        .filter(status -> status.signal() == Signal.LOGS)
        .mapToLong(status -> status.pending())
        .sum();
  }

  /** For what happens often in a test. */
  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  @Test
  void noMoreRequestsAreOpenThanAllowedAndNoneIsLargerThanAllowed() throws Exception {
    start(new Exporter.Limits(1_000, 10, 0, 3));
    for (int i = 0; i < 200; i++) {
      accept(1 + i % 4, 50 + i);
    }
    accept(1, 5_000); // alone: it cannot be made smaller here
    await().until(() -> asked.size() == 3);
    assertThat(pending()).as("none is confirmed").isEqualTo(501);
    for (int answered = 0; pending() > 0; answered++) {
      int open = answered;
      soon().until(() -> asked.size() > open);
      assertThat(asked.size()).isLessThanOrEqualTo(open + 3);
      asked.get(open).answer.complete(ExportResult.delivered());
      soon().until(() -> pending() == 0 || asked.size() > open + 1);
    }
    assertThat(asked).hasSizeGreaterThan(50);
    assertThat(asked)
        .allMatch(each -> each.items <= 10 && (each.bytes <= 1_000 || each.records == 1));
    assertThat(asked.stream().mapToInt(Asked::items).sum()).isEqualTo(501);
  }

  @Test
  void aBatchWaitsUntilItIsFull() throws Exception {
    answering = true;
    start(new Exporter.Limits(100, 1_000, HOUR_MILLIS, 1));
    for (int i = 0; i < 25; i++) {
      accept(1, 10);
    }
    await().until(() -> pending() == 5);
    assertThat(asked).extracting(Asked::items).containsExactly(10, 10);
  }

  @Test
  void aBatchThatIsFullOfSmallItemsDoesNotWait() throws Exception {
    answering = true;
    start(new Exporter.Limits(1 << 20, 10, HOUR_MILLIS, 1));
    for (int i = 0; i < 25; i++) {
      accept(1, 10);
    }
    await().until(() -> pending() == 5);
    assertThat(asked).extracting(Asked::items).containsExactly(10, 10);
  }

  @Test
  void aBatchThatIsNotFullLeavesAfterItsTime() throws Exception {
    answering = true;
    start(new Exporter.Limits(1 << 20, 1_000, 100, 1));
    accept(1, 10);
    await().until(() -> pending() == 0);
  }

  @Test
  void aStopSendsWhatWaitsForItsBatchToFill() throws Exception {
    answering = true;
    start(new Exporter.Limits(1 << 20, 1_000, HOUR_MILLIS, 1));
    for (int i = 0; i < 5; i++) {
      accept(1, 10);
    }
    assertThat(asked).isEmpty();
    pipeline.close();
    assertThat(asked).extracting(Asked::items).containsExactly(5);
  }

  @Test
  void cursorsAreSavedFromTimeToTimeAndNotWithEachRequest() throws Exception {
    answering = true;
    start(new Exporter.Limits(1, 1, 0, 2));
    int before = disk.syncs;
    for (int i = 0; i < 1_000; i++) {
      accept(1, 10);
    }
    await().until(() -> pending() == 0);
    assertThat(asked).hasSize(1_000);
    assertThat(disk.syncs - before).isLessThan(300);
  }

  private final class Backend implements Exporter {
    private final Limits limits;

    Backend(Limits limits) {
      this.limits = limits;
    }

    @Override
    public Set<Signal> signals() {
      return Set.of(Signal.LOGS);
    }

    @Override
    public Limits limits() {
      return limits;
    }

    @Override
    public CompletableFuture<ExportResult> export(ExportBatch batch) {
      int items = 0;
      int bytes = 0;
      for (ExportBatch.Entry entry : batch.entries()) {
        items += entry.record().items();
        bytes += entry.record().payload().remaining();
      }
      Asked request = new Asked(batch.entries().size(), items, bytes, new CompletableFuture<>());
      asked.add(request);
      if (answering) {
        request.answer.complete(ExportResult.delivered());
      }
      return request.answer;
    }

    @Override
    public void start() {}

    @Override
    public CheckResult check() {
      return CheckResult.ok("test");
    }

    @Override
    public void close() {}
  }
}
