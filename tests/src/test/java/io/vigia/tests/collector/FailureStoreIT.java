package io.vigia.tests.collector;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What an index refuses goes into its data stream's failure store, where that is on, and the answer
 * for it is 201 all the same.
 */
@Isolated("a real server")
@Needs(ELASTICSEARCH)
class FailureStoreIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final String STREAM = "logs-picky-default";
  private static final String FAILURES = STREAM + "::failures";

  @Test
  void whatIsInTheFailureStoreIsCountedAsRefusedAndCanBeGivenAgainWhenTheMappingFits()
      throws IOException {
    try (Elasticsearch elasticsearch = new Elasticsearch().withFailureStore()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      mapping(elasticsearch, "{\"type\": \"long\", \"ignore_malformed\": false}");
      try (CollectorProcess collector =
          CollectorProcess.builder()
              .destination(
                  "elasticsearch: {url: \"%s\", dataset: picky}".formatted(elasticsearch.url()))
              .build()
              .start()) {
        send(collector, "1", "2", "no number", "4");
        awaitLetters(collector, 1);
        assertThat(documents(queries, STREAM)).isEqualTo(3);
        assertThat(documents(queries, FAILURES)).isEqualTo(1);
        assertThat(sum(collector, "delivered")).isEqualTo(3);
        assertThat(dropped(collector, "failure_store")).isEqualTo(1);
        JsonNode shown = Http.JSON.readTree(letters(collector, "show", "--json"));
        assertThat(shown.path("reason").asText()).isEqualTo("failure_store");
        assertThat(shown.path("detail").asText()).contains("failure store");
        assertThat(shown.path("otlp").toString()).contains("no number").doesNotContain("\"4\"");

        letters(collector, "retry");
        await().atMost(LIMIT).until(() -> documents(queries, FAILURES) == 2);
        awaitLetters(collector, 1);

        put(
            elasticsearch,
            "/.fs-*/_settings?expand_wildcards=all",
            "{\"index.blocks.write\":true}");
        send(collector, "5", "nor this");
        awaitLetters(collector, 2);
        assertThat(dropped(collector, "document_parsing_exception")).isEqualTo(1);
        assertThat(documents(queries, FAILURES)).isEqualTo(2);

        mapping(elasticsearch, "{\"type\": \"keyword\"}");
        queries.rollover(STREAM);
        letters(collector, "retry");
        await().atMost(LIMIT).until(() -> sum(collector, "delivered") == 6);
        awaitLetters(collector, 0);
        assertThat(documents(queries, STREAM)).isEqualTo(6);
        assertThat(documents(queries, FAILURES)).isEqualTo(2);
      }
    }
  }

  private static void send(CollectorProcess collector, String... numbers) {
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 60_000)) {
      client.send(Otlp.logs("numbers", List.of(numbers)));
    }
  }

  /** As an operator adds it to ours, with the failure store. */
  private static void mapping(Elasticsearch elasticsearch, String field) {
    put(
        elasticsearch,
        "/_component_template/logs-picky@custom",
        """
        {"template": {
          "mappings": {"properties": {"labels": {
            "type": "object", "subobjects": false, "properties": {"test.id": %s}}}},
          "data_stream_options": {"failure_store": {"enabled": true}}}}
        """
            .formatted(field));
  }

  private static void put(Elasticsearch elasticsearch, String path, String body) {
    assertThat(Http.request("PUT", elasticsearch.url() + path, body).body())
        .contains("\"acknowledged\":true");
  }

  private static long documents(ElasticsearchQueries queries, String of) {
    return queries.count(of, ElasticsearchQueries.ALL);
  }

  private static String letters(CollectorProcess collector, String command, String... options) {
    List<String> words = new ArrayList<>(List.of("deadletters", command, "elasticsearch"));
    words.addAll(List.of(options));
    return OperatorCommand.run(collector, 0, words.toArray(String[]::new));
  }

  /** And nothing is on its way. */
  private static void awaitLetters(CollectorProcess collector, int letters) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                collector.metrics().sum("vigia_dead_letters_items") == letters
                    && sum(collector, "accepted") > 0
                    && sum(collector, "pending") == 0);
  }

  private static double dropped(CollectorProcess collector, String reason) {
    return collector.metrics().sum("vigia_destination_dropped_items_total", "reason", reason);
  }

  private static double sum(CollectorProcess collector, String what) {
    return collector
        .metrics()
        .sum("vigia_destination_" + what + (what.equals("pending") ? "_items" : "_items_total"));
  }
}
