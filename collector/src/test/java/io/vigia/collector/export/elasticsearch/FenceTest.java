package io.vigia.collector.export.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend.Reply;
import io.vigia.collector.export.TestBatches;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Through which name documents are written, and when it is replaced. */
class FenceTest {
  private static final String OK = FakeElasticsearch.plain("200 OK", "", "{\"acknowledged\":true}");

  private final ExportBatch batch = TestBatches.simple(Signal.LOGS, 3, 2);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> aliasAnswers = new CopyOnWriteArrayList<>();
  private volatile String item = "{\"create\":{\"status\":201}}";

  private final FakeElasticsearch backend =
      new FakeElasticsearch() {
        @Override
        protected @Nullable String beside(Request request) {
          String body = new String(request.body(), UTF_8);
          if (request.line().startsWith("POST /_aliases")) {
            asked.add("aliases " + body);
            return aliasAnswers.isEmpty() ? OK : aliasAnswers.remove(0);
          }
          if (request.line().startsWith("DELETE ")) {
            asked.add(request.line());
            return OK;
          }
          if (request.line().startsWith("GET /_tasks")) {
            asked.add("tasks");
          }
          if (request.line().contains("require_data_stream")) {
            asked.add(request.line());
            return OK;
          }
          return super.beside(request);
        }

        @Override
        String item(int index) {
          return item;
        }
      };
  private final ElasticsearchExporter exporter =
      ElasticsearchExporter.builder().urls(List.of(backend.url())).fence(true).build();

  @BeforeEach
  void start() {
    exporter.start();
  }

  @AfterEach
  void close() {
    exporter.close();
    backend.close();
  }

  @Test
  void writesThroughAnAliasOfItsOwnAndKeepsIt() throws Exception {
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(line(0)).contains("?require_alias=true&");
    assertThat(alias(0)).startsWith("logs-vigia-default.vigia.").isEqualTo(alias(1));
    assertThat(asked).hasSize(1);
    assertThat(asked.get(0)).contains("\"add\"", "\"remove\"", alias(0), "\"is_write_index\":true");
  }

  @Test
  void aLostAnswerReplacesTheAliasBeforeAnythingIsLookedUp() throws Exception {
    export(Reply.CUT);
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(alias(1)).isNotEqualTo(alias(0));
    assertThat(asked).hasSize(3);
    assertThat(asked.get(1)).startsWith("aliases").contains(alias(1));
    assertThat(asked.get(2)).isEqualTo("tasks");
  }

  @Test
  void aStreamThatIsNotThereIsMade() throws Exception {
    aliasAnswers.add(FakeElasticsearch.plain("404 Not Found", "", "{}"));
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(asked.get(1)).startsWith("POST /logs-vigia-default/_bulk?require_data_stream=true");
    assertThat(asked.get(2)).startsWith("aliases").contains(alias(0));
  }

  @Test
  void nothingIsSentBeforeEveryNodeKnowsTheNewName() throws Exception {
    aliasAnswers.add(FakeElasticsearch.plain("200 OK", "", "{\"acknowledged\":false}"));
    ExportResult result = export(Reply.OK);
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).startsWith("fence: ");
    assertThat(backend.requests()).isZero();
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
  }

  @Test
  void anAliasThatSomebodyRemovedIsMadeAgain() throws Exception {
    item = "{\"create\":{\"status\":404,\"error\":{\"type\":\"index_not_found_exception\"}}}";
    assertThat(export(Reply.OK).retryReason()).contains("index_not_found_exception");
    item = "{\"create\":{\"status\":201}}";
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(alias(1)).isNotEqualTo(alias(0));
  }

  @Test
  void closingRemovesTheAlias() throws Exception {
    export(Reply.OK);
    exporter.close();
    assertThat(asked.get(1)).startsWith("DELETE /logs-vigia-default/_alias/" + alias(0) + " ");
  }

  private ExportResult export(Reply reply) throws Exception {
    backend.replies(reply);
    return exporter.export(batch).get(30, SECONDS);
  }

  private String line(int request) {
    return backend.seen.get(request).line();
  }

  /** The name that a bulk request went to. */
  private String alias(int request) {
    String path = line(request).substring("POST /".length());
    return path.substring(0, path.indexOf("/_bulk"));
  }
}
