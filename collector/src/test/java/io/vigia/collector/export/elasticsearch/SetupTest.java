package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Signal;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.HttpClient;
import io.vigia.collector.net.HttpFailover;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SetupTest {
  /** Stands for memory that runs out wherever it likes while templates are put. */
  private static final Set<Signal> NO_MEMORY =
      new AbstractSet<>() {
        @Override
        public Iterator<Signal> iterator() {
          throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }

        @Override
        public int size() {
          return 1;
        }
      };

  private static String refusal(String type) {
    return FakeElasticsearch.plain(
        "403 Forbidden",
        FakeElasticsearch.PRODUCT,
        "{\"error\":{\"root_cause\":[],\"type\":\"%s\",\"reason\":\"no\"},\"status\":403}"
            .formatted(type));
  }

  @Test
  void anAccountThatMayNotPutTemplatesWritesToWhatIsThere() throws Exception {
    try (FakeElasticsearch backend = new FakeElasticsearch();
        HttpFailover http = http(backend)) {
      backend.put = refusal("security_exception");
      assertThat(setup(http).ready()).succeedsWithin(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aClusterThatTakesNoChangesForAWhileIsWaitedFor() throws Exception {
    try (FakeElasticsearch backend = new FakeElasticsearch();
        HttpFailover http = http(backend)) {
      String taken = backend.put;
      backend.put = refusal("cluster_block_exception");
      Setup setup = setup(http);
      assertThat(setup.ready()).failsWithin(30, TimeUnit.SECONDS);
      backend.put = taken;
      await().untilAsserted(() -> assertThat(setup.ready()).succeedsWithin(30, TimeUnit.SECONDS));
    }
  }

  private static Setup setup(HttpFailover http) {
    return new Setup(http, "vigia", "30d", Set.of(Signal.LOGS));
  }

  private static HttpFailover http(FakeElasticsearch backend) {
    return new HttpFailover(List.of(HttpClient.builder(Endpoint.parse(backend.url(), 0)).build()));
  }

  @Test
  void anErrorWhilePuttingTemplatesIsAnAnswerToThoseWhoWait() throws Exception {
    try (FakeElasticsearch backend = new FakeElasticsearch();
        HttpFailover http = http(backend)) {
      Setup setup = new Setup(http, "vigia", "30d", NO_MEMORY);
      ExecutionException failure =
          catchThrowableOfType(
              ExecutionException.class, () -> setup.ready().get(30, TimeUnit.SECONDS));
      assertThat(failure).hasCauseInstanceOf(OutOfMemoryError.class);
    }
  }
}
