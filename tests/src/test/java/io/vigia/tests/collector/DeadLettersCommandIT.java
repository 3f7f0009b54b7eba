package io.vigia.tests.collector;

import static io.vigia.tests.collector.OperatorCommand.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code deadletters …} as people type it, with and without a running collector. */
class DeadLettersCommandIT {
  @Test
  void refusedItemsAreListedShownRetriedAndDroppedWithAndWithoutARunningCollector()
      throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .build()
                .start()) {
      sink.refuse(message -> message.startsWith("odd"));
      try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
        client.send(Otlp.logs("letters", List.of("one", "odd two", "three", "odd four")));
      }
      await().untilAsserted(() -> assertThat(items(collector)).isEqualTo(2));
      assertThat(sink.messages()).containsExactlyInAnyOrder("one", "three");

      JsonNode shown =
          Http.JSON.readTree(run(collector, 0, "deadletters", "show", "elasticsearch", "--json"));
      assertThat(shown.path("detail").asText()).contains("told to refuse");
      assertThat(shown.path("refused").asText()).matches("2\\d\\d\\d-.*Z");
      assertThat(shown.path("items").asInt()).isEqualTo(2);
      JsonNode records = shown.path("otlp").path("resourceLogs").path(0).path("scopeLogs").path(0);
      assertThat(records.path("logRecords").findValuesAsText("stringValue"))
          .contains("odd two", "odd four")
          .doesNotContain("one", "three");

      sink.refuse(message -> message.equals("odd four"));
      assertThat(run(collector, 0, "deadletters", "retry", "elasticsearch"))
          .contains("2 items given again");
      await()
          .untilAsserted(
              () ->
                  assertThat(sink.messages()).containsExactlyInAnyOrder("one", "odd two", "three"));
      await().untilAsserted(() -> assertThat(items(collector)).isEqualTo(1));
      assertThat(
              collector
                  .metrics()
                  .sum("vigia_dead_letters_removed_items_total", "reason", "retried"))
          .isEqualTo(2);
      assertThat(run(collector, 2, "deadletters", "drop", "nobody"))
          .contains("there is no destination 'nobody'; there are: elasticsearch");

      assertThat(run(collector, 2, "deadletters", "show", "--limit", "0"))
          .contains("--limit is 1 at least, not 0");
      assertThat(run(collector, 0, "deadletters", "show", "--help")).contains("--reason");

      collector.terminate(Duration.ofSeconds(30));
      assertThat(items(collector)).isEqualTo(1);
      assertThat(run(collector, 0, "deadletters", "drop", "elasticsearch"))
          .contains("1 item dropped");
      assertThat(run(collector, 0, "deadletters", "list")).contains("no dead letters");
    }
  }

  private static long items(CollectorProcess collector) throws IOException {
    long items = 0;
    for (JsonNode line : Http.JSON.readTree(run(collector, 0, "deadletters", "list", "--json"))) {
      items += line.path("items").asLong();
    }
    return items;
  }
}
