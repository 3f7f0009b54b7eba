package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.collector.CollectorProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Attributes of any name are in a document that the server takes. */
@Isolated("a real server")
@Needs(ELASTICSEARCH)
class OddNamesIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private static final List<String> NAMES =
      List.of(
          "",
          ".",
          "..",
          "a.",
          ".a",
          "a..b",
          " ",
          "   ",
          " . ",
          "b. .c",
          "b.\t.c",
          "\t",
          "\n",
          "\u001f",
          "\u2003",
          "\u3000",
          "c.\u3000",
          "d. ",
          " .d",
          "e\u0000f",
          "_id",
          "_source",
          "@timestamp",
          "*",
          "[x]",
          "g\"h\\i",
          "\uD83D\uDE00",
          "x".repeat(5_000));

  @Test
  void aDocumentWithAnAttributeOfAnyNameIsTaken() {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      try (CollectorProcess collector =
              CollectorProcess.builder()
                  .destination("elasticsearch: {url: \"%s\"}".formatted(elasticsearch.url()))
                  .build()
                  .start();
          OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 60_000)) {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        var scope = request.addResourceLogsBuilder().addScopeLogsBuilder();
        for (String name : NAMES) {
          scope.addLogRecords(log(name, text(name)));
          scope.addLogRecords(log("in a list", list(name)));
          scope.addLogRecords(log(name, list(name)));
        }
        client.send(request.build());
        await()
            .atMost(LIMIT)
            .until(() -> metric(collector, "pending") == 0 && metric(collector, "accepted") > 0);
        assertThat(collector.metrics().sum("vigia_destination_dropped_items_total")).isZero();
      }
      assertThat(
              new ElasticsearchQueries(elasticsearch.url())
                  .count("logs-vigia-default", ElasticsearchQueries.ALL))
          .isEqualTo(3 * NAMES.size());
    }
  }

  private static double metric(CollectorProcess collector, String what) {
    return collector
        .metrics()
        .sum("vigia_destination_" + what + (what.equals("pending") ? "_items" : "_items_total"));
  }

  private static LogRecord log(String name, AnyValue value) {
    return LogRecord.newBuilder()
        .setBody(text(name))
        .addAttributes(KeyValue.newBuilder().setKey(name).setValue(value))
        .build();
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static AnyValue list(String name) {
    KeyValue entry = KeyValue.newBuilder().setKey(name).setValue(text("value")).build();
    return AnyValue.newBuilder().setKvlistValue(KeyValueList.newBuilder().addValues(entry)).build();
  }
}
