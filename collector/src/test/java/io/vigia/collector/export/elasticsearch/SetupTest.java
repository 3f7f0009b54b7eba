package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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

  @Test
  void anErrorWhilePuttingTemplatesIsAnAnswerToThoseWhoWait() throws Exception {
    try (FakeElasticsearch backend = new FakeElasticsearch();
        HttpFailover http =
            new HttpFailover(
                List.of(HttpClient.builder(Endpoint.parse(backend.url(), 0)).build()))) {
      Setup setup = new Setup(http, "vigia", "30d", NO_MEMORY);
      ExecutionException failure =
          catchThrowableOfType(
              ExecutionException.class, () -> setup.ready().get(30, TimeUnit.SECONDS));
      assertThat(failure).hasCauseInstanceOf(OutOfMemoryError.class);
    }
  }
}
