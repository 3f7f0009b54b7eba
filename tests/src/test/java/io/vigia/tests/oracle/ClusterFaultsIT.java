package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.collector.CollectorProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What a cluster says that an operator has to mend: whatever the status, no document is to blame,
 * and all of them are there when it is mended.
 */
@Isolated("a real server")
@Needs(ELASTICSEARCH)
class ClusterFaultsIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int EVENTS = 20;

  /** How it is broken, what it says then, how it is mended; each for a stream of its own. */
  private record Fault(
      String dataset, String path, String broken, String said, String mend, String mended) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "frozen",
              "/_cluster/settings",
              "{\"persistent\":{\"cluster.blocks.read_only\":true}}",
              "cluster read-only",
              "/_cluster/settings",
              "{\"persistent\":{\"cluster.blocks.read_only\":null}}"),
          new Fault(
              "full",
              "/_cluster/settings",
              "{\"persistent\":{\"cluster.max_shards_per_node\":1}}",
              "validation_exception",
              "/_cluster/settings",
              "{\"persistent\":{\"cluster.max_shards_per_node\":null}}"),
          new Fault(
              "piped",
              "/_component_template/logs-piped@custom",
              "{\"template\":{\"settings\":{\"index.default_pipeline\":\"missing\"}}}",
              "pipeline with id [missing] does not exist",
              "/_ingest/pipeline/missing",
              "{\"processors\":[]}"));

  @Test
  void whatTheClusterRefusesForReasonsOfItsOwnIsThereOnceWhenTheyAreGone() {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      String url = elasticsearch.url();
      ElasticsearchQueries queries = new ElasticsearchQueries(url);
      for (Fault fault : FAULTS) {
        put(url + fault.path, fault.broken);
        try (CollectorProcess collector =
            CollectorProcess.builder()
                .destination(
                    "elasticsearch: {url: \"%s\", dataset: %s}".formatted(url, fault.dataset))
                .build()
                .start()) {
          send(collector);
          await().atMost(LIMIT).until(() -> lastError(collector).contains(fault.said));
          put(url + fault.mend, fault.mended);
          await().atMost(LIMIT).ignoreExceptions().until(() -> delivered(collector) == EVENTS);
          assertThat(collector.metrics().sum("vigia_destination_dropped_items_total")).isZero();
        }
        String stream = "logs-" + fault.dataset;
        assertThat(queries.count(stream + "-default", ElasticsearchQueries.ALL)).isEqualTo(EVENTS);
        String template = url + "/_index_template/vigia-" + stream;
        assertThat(Http.get(template).statusCode()).isEqualTo(200);
      }
    }
  }

  private static void put(String url, String body) {
    assertThat(Http.request("PUT", url, body).statusCode()).as(url).isEqualTo(200);
  }

  private static String lastError(CollectorProcess collector) {
    return Http.json(collector.webUrl() + "/api/status").path("destinations").toString();
  }

  private static double delivered(CollectorProcess collector) {
    return collector
        .metrics()
        .sum("vigia_destination_delivered_items_total", "destination", "elasticsearch");
  }

  private static void send(CollectorProcess collector) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      messages.add("event " + i);
    }
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 60_000)) {
      client.send(Otlp.logs("faults", messages));
    }
  }
}
