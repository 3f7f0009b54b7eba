package io.vigia.collector.receive.agents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class MetricsFormEndpointTest {
  @Test
  void saysWhatIsAskedFor() throws Exception {
    assertThat(json(false, false))
        .isEqualTo("{\"temporality\":\"cumulative\",\"histograms\":\"explicit\"}");
    assertThat(json(true, true))
        .isEqualTo("{\"temporality\":\"delta\",\"histograms\":\"exponential\"}");
  }

  private static String json(boolean delta, boolean exponential)
      throws ExecutionException, InterruptedException {
    return new MetricsFormEndpoint(delta, exponential)
        .answer(Map.of())
        .toCompletableFuture()
        .get()
        .json();
  }
}
