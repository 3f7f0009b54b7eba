package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class BoundedReaderTest {

  /** As where the number of threads is limited; what comes after it at the exit goes on. */
  @Test
  void exitWithoutAThreadToBeHadGoesOn() {
    BoundedReader bounded =
        new BoundedReader(
            new Nothing(),
            UnaryOperator.identity(),
            (name, work) -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    CompletableResultCode result = bounded.shutdown();
    assertThat(result.isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
  }

  private static final class Nothing implements MetricReader {
    @Override
    public void register(CollectionRegistration registration) {
      // never read
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
