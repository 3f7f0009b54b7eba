package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend refuses every request that has one bad record, and there are very many of those. */
class PatienceTest {
  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 20);

  @TempDir Path directory;
  private FakeExporter exporter = new FakeExporter();
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("unused")).build();

  private void start(int maxInFlight) throws IOException {
    exporter = new FakeExporter(new Exporter.Limits(1 << 20, 1_000, 0, maxInFlight));
    exporter.goDown();
    pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .destination("there", exporter, OPTIONS)
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private static ExportResult refuseBad(ExportBatch batch) {
    return batch.entries().stream().anyMatch(entry -> FakeExporter.text(entry).startsWith("bad"))
        ? ExportResult.refusedAll(batch, "invalid_argument", "no such id")
        : ExportResult.delivered();
  }

  private void accept(String text, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      pipeline.intake().accept(TextBatch.of(text, 1)).get();
    }
  }

  private DestinationStatus awaitAllSettled() {
    exporter.behave(PatienceTest::refuseBad);
    await().atMost(Duration.ofSeconds(60)).until(() -> pipeline.status().get(0).pending() == 0);
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private void assertTheGoodOnesSurviveABurst(int maxInFlight) throws Exception {
    start(maxInFlight);
    accept("bad", 600);
    for (int i = 0; i < 200; i++) {
      accept("good", 19);
      accept("bad", 1);
    }
    DestinationStatus status = awaitAllSettled();
    assertThat(status.delivered()).isGreaterThan(200 * 19 / 2);
    assertThat(status.accepted()).isEqualTo(600 + 200 * 20);
  }

  @Test
  void afterABurstOfRefusedRecordsTheGoodOnesAreTakenAlthoughEachBatchHasABadOne()
      throws Exception {
    assertTheGoodOnesSurviveABurst(2);
  }

  @Test
  void alsoWhereOneRequestGoesAtATime() throws Exception {
    assertTheGoodOnesSurviveABurst(1);
  }

  @Test
  void veryManyRefusedRecordsAreNotEachSentByThemselves() throws Exception {
    start(2);
    accept("bad", 4_000);
    DestinationStatus status = awaitAllSettled();
    assertThat(status.dropped()).isEqualTo(Map.of("invalid_argument", 4_000L));
    assertThat(exporter.calls()).isLessThan(1_500);
  }
}
