package io.vigia.collector.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.util.AbstractList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every exporter keeps, wherever it brings the data. */
public abstract class ExporterContractTest {
  private @Nullable Exporter exporter;

  /** To where all is well; not started. */
  protected abstract Exporter newExporter();

  protected abstract Signal signal();

  @AfterEach
  void closeExporter() {
    if (exporter != null) {
      exporter.close();
    }
  }

  protected Exporter started() throws IOException {
    return started(newExporter());
  }

  /** Closed after the test. */
  protected Exporter started(Exporter made) throws IOException {
    exporter = made;
    made.start();
    return made;
  }

  /** The same exporter once more. */
  protected CompletableFuture<ExportResult> again() {
    return java.util.Objects.requireNonNull(exporter).export(batch());
  }

  /** Two records, five items. */
  protected ExportBatch batch() {
    return TestBatches.simple(signal(), 3, 2);
  }

  protected static ExportResult get(CompletableFuture<ExportResult> result) throws Exception {
    return result.get(30, TimeUnit.SECONDS);
  }

  protected static void assertAllRetried(ExportResult result) {
    assertThat(result.refused()).isEmpty();
    assertThat(result.retry().stream().mapToInt(ExportBatch.Entry::items).sum()).isEqualTo(5);
    assertThat(result.retryReason()).isNotBlank().doesNotContain("\n");
  }

  @Test
  void takenIsDelivered() throws Exception {
    assertThat(get(started().export(batch()))).isEqualTo(ExportResult.delivered());
  }

  @Test
  void manyAfterAnotherAreDelivered() throws Exception {
    Exporter many = started();
    for (int i = 0; i < 50; i++) {
      assertThat(get(many.export(batch()))).isEqualTo(ExportResult.delivered());
    }
  }

  @Test
  void asManyAtOnceAsItSaysAreDelivered() throws Exception {
    Exporter many = started();
    CompletableFuture<?>[] open = new CompletableFuture<?>[many.limits().maxInFlight()];
    for (int i = 0; i < open.length; i++) {
      open[i] =
          many.export(batch())
              .thenAccept(result -> assertThat(result).isEqualTo(ExportResult.delivered()));
    }
    CompletableFuture.allOf(open).get(30, TimeUnit.SECONDS);
  }

  @Test
  void closeTwiceAndExportAfterCloseAreHarmless() throws Exception {
    Exporter closed = started();
    closed.close();
    closed.close();
    assertAllRetried(get(closed.export(batch())));
  }

  /** An exception is an answer too: who asked treats it as a retry. */
  @Test
  void aBatchThatTheMemoryIsTooSmallForIsAnswered() throws Exception {
    ExportBatch large = new ExportBatch(signal(), new TooLarge());
    Exporter small = started();
    try {
      assertThat(get(small.export(large)).retryReason()).contains("too large");
    } catch (OutOfMemoryError | ExecutionException e) {
      assertThat(e).hasStackTraceContaining("too large");
    }
    assertThat(get(small.export(batch()))).isEqualTo(ExportResult.delivered());
  }

  private static final class TooLarge extends AbstractList<ExportBatch.Entry> {
    @Override
    public ExportBatch.Entry get(int index) {
      throw new OutOfMemoryError("too large");
    }

    @Override
    public int size() {
      return 1;
    }
  }

  @Test
  void closeWithoutStartIsHarmless() {
    newExporter().close();
  }

  @Test
  void takesTheSignalItIsTestedWith() {
    try (Exporter made = newExporter()) {
      assertThat(made.signals()).contains(signal());
      assertThat(made.limits().maxInFlight()).isPositive();
    }
  }

  @Test
  void checkNeedsNoStart() {
    try (Exporter made = newExporter()) {
      CheckResult result = made.check();
      assertThat(result).isEqualTo(CheckResult.ok(result.summary()));
    }
  }
}
