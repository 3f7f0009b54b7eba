package io.vigia.collector.export.elasticsearch;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend.Reply;
import io.vigia.collector.export.TestBatches;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent again although it may be there already. */
class UnknownFateTest {
  /** Two records, of 3 and 2 items. */
  private final ExportBatch batch = TestBatches.simple(Signal.LOGS, 3, 2);

  private volatile String firstItem = "{\"create\":{\"status\":201}}";
  private final FakeElasticsearch backend =
      new FakeElasticsearch() {
        @Override
        String item(int index) {
          return index == 0 ? firstItem : super.item(index);
        }
      };
  private final ElasticsearchExporter exporter =
      ElasticsearchExporter.builder().urls(List.of(backend.url())).build();

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
  void aRequestStillAtWorkIsWaitedFor() throws Exception {
    export(Reply.CUT);
    backend.tasks = task(RunningBulks.label(batch));
    ExportResult waiting = export(Reply.OK);
    assertThat(waiting.retry()).hasSize(2);
    assertThat(waiting.retryReason()).contains("still at work");
    assertThat(backend.requests()).isEqualTo(1);
    backend.tasks = task("somebody else");
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
  }

  @Test
  void aNodeThatDoesNotSayWhatItDoesIsWaitedFor() throws Exception {
    export(Reply.CUT);
    backend.tasks = "{\"node_failures\":[{\"type\":\"failed_node_exception\"}]}";
    assertThat(export(Reply.OK).retryReason()).contains("a node does not say");
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void whatIsThereIsADuplicateAndNotSent() throws Exception {
    export(Reply.CUT);
    String id = DocumentId.of(batch.entries().get(0).record().id(), 1);
    backend.search = "{\"hits\":{\"hits\":[{\"_id\":\"" + id + "\"}]}}";
    assertThat(export(Reply.OK).duplicates()).isEqualTo(1);
    assertThat(new String(backend.seen.get(1).body(), java.nio.charset.StandardCharsets.UTF_8))
        .doesNotContain(id)
        .contains(DocumentId.of(batch.entries().get(0).record().id(), 0));
  }

  @Test
  void shardsThatDoNotAnswerMayHaveIt() throws Exception {
    export(Reply.CUT);
    backend.searchStatus = "503 Service Unavailable";
    assertThat(export(Reply.OK).retryReason()).contains("503 from /logs-vigia-default");
    backend.searchStatus = "200 OK";
    backend.refresh = "{\"_shards\":{\"failed\":1}}";
    assertThat(export(Reply.OK).retryReason()).contains("not refreshed");
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void aSecretThatIsNotKnownForAMomentIsNoReasonToSendUnseen() throws Exception {
    export(Reply.CUT);
    backend.tasksStatus = "401 Unauthorized";
    assertThat(export(Reply.OK).retryReason()).contains("401 from /_tasks");
    backend.tasksStatus = "200 OK";
    backend.searchStatus = "401 Unauthorized";
    assertThat(export(Reply.OK).retryReason()).contains("401 from /logs-vigia-default");
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void whyASearchIsRefusedIsSaid() throws Exception {
    export(Reply.CUT);
    backend.searchStatus = "400 Bad Request";
    backend.search = "{\"error\":{\"reason\":\"Result window is too large\"},\"status\":400}";
    assertThat(export(Reply.OK).retryReason()).contains("400 from /logs-", "window is too large");
    assertThat(backend.requests()).isEqualTo(1);
  }

  /** {@code index.blocks.read}: whoever set it takes it away again. */
  @Test
  void anIndexThatIsNotToBeReadForNowIsNoMissingRight() throws Exception {
    export(Reply.CUT);
    backend.searchStatus = "403 Forbidden";
    backend.search = "{\"error\":{\"type\":\"cluster_block_exception\"},\"status\":403}";
    assertThat(export(Reply.OK).retryReason()).contains("cluster_block_exception");
    assertThat(backend.requests()).isEqualTo(1);
    backend.search = "{\"error\":{\"type\":\"security_exception\"},\"status\":403}";
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
  }

  @Test
  void aDocumentAnsweredWith5xxMayBeThereAllTheSame() throws Exception {
    firstItem = "{\"create\":{\"status\":503,\"error\":{\"type\":\"unavailable_shards\"}}}";
    assertThat(export(Reply.OK).retry()).hasSize(1);
    backend.tasks = task(RunningBulks.label(batch));
    assertThat(export(Reply.OK).retryReason()).contains("still at work");
  }

  @Test
  void aDocumentAnsweredWith429IsNotThere() throws Exception {
    firstItem = "{\"create\":{\"status\":429,\"error\":{\"type\":\"es_rejected\"}}}";
    assertThat(export(Reply.OK).retry()).hasSize(1);
    backend.tasks = task(RunningBulks.label(batch));
    firstItem = "{\"create\":{\"status\":201}}";
    assertThat(export(Reply.OK)).isEqualTo(ExportResult.delivered());
  }

  @Test
  void labelsOverlapWhenARecordIsInBoth() {
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia aa 9 12")).isTrue();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia aa 1 5")).isTrue();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia aa 6 7")).isTrue();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia aa 10 12")).isFalse();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia ab 5 9")).isFalse();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "vigia aa x y")).isFalse();
    assertThat(RunningBulks.overlap("vigia aa 5 9", "kibana")).isFalse();
  }

  private ExportResult export(Reply reply) throws Exception {
    backend.replies(reply);
    return exporter.export(batch).get(30, SECONDS);
  }

  private static String task(String label) {
    return "{\"tasks\":[{\"headers\":{\"X-Opaque-Id\":\"" + label + "\"}}]}";
  }
}
