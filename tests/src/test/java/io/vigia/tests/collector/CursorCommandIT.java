package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code cursor …} as people type it, against a collector that runs and against its directory. */
class CursorCommandIT {
  @Test
  void cursorsAreListedRewoundAndForgottenWithAndWithoutARunningCollector() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .build()
                .start()) {
      try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
        client.send(Otlp.logs("cursor", List.of("one", "two", "three")));
      }
      await().untilAsserted(() -> assertThat(logsLine(collector).path("pending").asInt()).isZero());

      assertThat(run(collector, 0, "rewind", "elasticsearch", "--to", "oldest", "--signal", "logs"))
          .contains("elasticsearch");
      // delivered again under the same ids
      await().untilAsserted(() -> assertThat(sink.duplicates()).isEqualTo(3));
      assertThat(sink.messages()).containsExactlyInAnyOrder("one", "two", "three");
      assertThat(logsLine(collector).path("active").asBoolean()).isTrue();
      assertThat(run(collector, 2, "rewind", "nobody", "--to", "end"))
          .contains("there is no destination 'nobody'; there are: elasticsearch");
      assertThat(run(collector, 2, "forget", "elasticsearch")).contains("remove it there first");

      collector.terminate(Duration.ofSeconds(30));
      assertThat(logsLine(collector).path("active").asBoolean()).isFalse();
      assertThat(run(collector, 0, "forget", "elasticsearch")).doesNotContain("elasticsearch");
    }
  }

  private static JsonNode logsLine(CollectorProcess collector) throws IOException {
    for (JsonNode line : Http.JSON.readTree(run(collector, 0, "list", "--json"))) {
      if (line.path("signal").asText().equals("LOGS")) {
        return line;
      }
    }
    throw new AssertionError("no line for logs");
  }

  private static String run(CollectorProcess collector, int code, String... arguments) {
    List<String> all = new ArrayList<>(List.of("cursor"));
    all.addAll(List.of(arguments));
    return OperatorCommand.run(collector, code, all.toArray(String[]::new));
  }
}
