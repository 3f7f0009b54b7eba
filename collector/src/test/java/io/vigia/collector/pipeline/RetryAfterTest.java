package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The time a backend asks for, between its answer and the next request to it. */
class RetryAfterTest {
  /** Far above the back-off that would be waited otherwise. */
  private static final long ASKED_MILLIS = 400;

  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 5);

  @TempDir Path directory;

  private void assertIsLeftAloneAfter(Function<ExportBatch, ExportResult> firstAnswer)
      throws Exception {
    FakeExporter exporter = new FakeExporter();
    List<Long> callsNanos = new CopyOnWriteArrayList<>();
    exporter.behave(
        batch -> {
          callsNanos.add(System.nanoTime());
          return callsNanos.size() == 1 ? firstAnswer.apply(batch) : ExportResult.delivered();
        });
    Pipeline pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .destination("es", exporter, OPTIONS)
            .build();
    pipeline.start();
    try {
      Batch batch = new Batch(Signal.LOGS, 2, Envelope.now("test", ""), ByteBuffer.allocate(4));
      pipeline.intake().accept(batch).get();
      await().until(() -> !callsNanos.isEmpty());
      for (int i = 0; i < 5; i++) { // neither the batch itself nor another one is sent
        Batch more = new Batch(Signal.LOGS, 2, Envelope.now("test", ""), ByteBuffer.allocate(4));
        pipeline.intake().accept(more).get();
      }
      await().until(() -> pipeline.status().get(0).pending() == 0);
      assertThat(callsNanos.get(1) - callsNanos.get(0))
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(ASKED_MILLIS));
    } finally {
      pipeline.close();
    }
  }

  @Test
  void aBackendThatTookNothingIsLeftAloneForAsLongAsItAsked() throws Exception {
    assertIsLeftAloneAfter(batch -> ExportResult.retryAll(batch, "429", ASKED_MILLIS));
  }

  @Test
  void aBackendThatTookAPartIsLeftAloneForAsLongAsItAsked() throws Exception {
    BitSet second = new BitSet();
    second.set(1);
    assertIsLeftAloneAfter(
        batch ->
            new ExportResult(
                0,
                List.of(),
                List.of(new ExportBatch.Entry(batch.entries().get(0).record(), second)),
                ASKED_MILLIS,
                "429"));
  }
}
