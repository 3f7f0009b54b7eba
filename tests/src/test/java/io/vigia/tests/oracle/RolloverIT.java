package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.collector.CollectorProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A data stream that rolls over forgets which ids its older indices have: what was on its way at
 * that moment must be looked up, or it would be there twice.
 */
@Isolated("real servers, counted and timed")
@Needs(ELASTICSEARCH)
class RolloverIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int EVENTS = 50;

  @Test
  void lostAnswerKillAndRolloverLeaveEachEventOnce() throws IOException {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      try (FaultProxy proxy = new FaultProxy(elasticsearch.url(), 1);
          CollectorProcess collector =
              CollectorProcess.builder()
                  .destination("elasticsearch: {url: \"" + proxy.url() + "\"}")
                  .build()
                  .start()) {
        proxy.set(FaultProxy.Fault.CUT_AFTER);
        send(collector, "killed");
        await().atMost(LIMIT).until(() -> queries.count("logs-*", all()) >= EVENTS);
        collector.kill();
        queries.rollover(queries.dataStreams().get(0));
        collector.start(); // still cut: this process loses its answers too
        send(collector, "cut");
        await().atMost(LIMIT).until(() -> queries.count("logs-*", all()) >= 2 * EVENTS);
        queries.rollover(queries.dataStreams().get(0));
        proxy.set(FaultProxy.Fault.NONE);
        send(collector, "after");
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    collector.metrics().sum("vigia_destination_pending_items", "signal", "logs")
                        == 0);
      }
      List<String> messages = new ArrayList<>();
      queries.forEach(
          "logs-*",
          all(),
          "message",
          hit -> messages.add(hit.path("_source").path("message").asText()));
      assertThat(messages).hasSize(3 * EVENTS).doesNotHaveDuplicates();
    }
  }

  private static String all() {
    return ElasticsearchQueries.ALL;
  }

  private static void send(CollectorProcess collector, String word) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      messages.add(word + " " + i);
    }
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      client.send(Otlp.logs("rollover", messages));
    }
  }
}
