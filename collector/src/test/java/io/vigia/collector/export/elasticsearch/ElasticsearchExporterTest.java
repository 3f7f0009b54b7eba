package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.HttpExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.Authorization;
import io.vigia.collector.net.ClientOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElasticsearchExporterTest extends HttpExporterContractTest {
  private final Map<Integer, String> items = new java.util.concurrent.ConcurrentHashMap<>();

  @Override
  protected FakeBackend newBackend() {
    return new FakeElasticsearch() {
      @Override
      String item(int index) {
        return items.getOrDefault(index, super.item(index));
      }
    };
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return ElasticsearchExporter.builder().urls(List.of(url)).client(options).build();
  }

  @Override
  protected Signal signal() {
    return Signal.LOGS;
  }

  @Override
  protected String refusedReason() {
    return "bad_request";
  }

  @Test
  void everyItemOfAnAnswerIsJudged() throws Exception {
    items.put(0, "{\"create\":{\"status\":409,\"error\":{\"type\":\"version_conflict\"}}}");
    items.put(
        1,
        "{\"create\":{\"status\":400,\"error\":{\"type\":\"document_parsing_exception\","
            + "\"reason\":\"no\\ngood\",\"caused_by\":{\"reason\":\"bad date\"}}}}");
    items.put(2, "{\"create\":{\"status\":429,\"error\":{\"type\":\"es_rejected\"}}}");
    items.put(3, "{\"create\":{\"status\":503,\"error\":{\"type\":\"unavailable_shards\"}}}");
    items.put(4, "{\"create\":{\"status\":201,\"failure_store\":\"used\"}}");
    ExportResult result = get(started().export(batch()));
    assertThat(result.duplicates()).isEqualTo(1);
    assertThat(result.refused())
        .containsExactly(
            new ExportResult.Refused(
                0,
                1,
                "document_parsing_exception",
                "document_parsing_exception: no good: bad date"),
            new ExportResult.Refused(1, 1, "failure_store", "kept in the stream's failure store"));
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retry().get(0).wanted()).isEqualTo(bits(2));
    assertThat(result.retry().get(1).wanted()).isEqualTo(bits(0));
    assertThat(result.retryReason()).startsWith("429 for documents").contains("es_rejected");
  }

  @Test
  void onlyWantedItemsAreSentAndJudged() throws Exception {
    ExportBatch all = batch();
    ExportBatch some =
        new ExportBatch(
            Signal.LOGS,
            List.of(
                new ExportBatch.Entry(all.entries().get(0).record(), bits(1)),
                new ExportBatch.Entry(all.entries().get(1).record(), bits(0, 1))));
    items.put(0, "{\"create\":{\"status\":429,\"error\":{\"type\":\"es_rejected\"}}}");
    items.put(2, "{\"create\":{\"status\":400,\"error\":{\"type\":\"mapper\"}}}");
    ExportResult result = get(started().export(some));
    assertThat(result.retry()).hasSize(1);
    assertThat(result.retry().get(0).record()).isSameAs(all.entries().get(0).record());
    assertThat(result.retry().get(0).wanted()).isEqualTo(bits(1));
    assertThat(result.refused())
        .containsExactly(new ExportResult.Refused(1, 1, "mapper", "mapper: null"));
    String body = body();
    assertThat(body.lines().filter(line -> line.startsWith("{\"create\""))).hasSize(3);
    assertThat(body)
        .contains("line 1")
        .contains(DocumentId.of(some.entries().get(0).record().id(), 1));
  }

  /** A traffic filter of Elastic Cloud answers so: no right of the account would help. */
  @Test
  void whoForbidsIsSaidWhereItIsNotElasticsearch() throws Exception {
    String filtered =
        FakeElasticsearch.plain(
            "403 Forbidden",
            "content-type: application/json\r\n",
            "{\"ok\":false,\"message\":\"Forbidden\"}");
    FakeElasticsearch behind =
        new FakeElasticsearch() {
          @Override
          protected @Nullable String beside(Request request) {
            return request.line().startsWith("PUT ") ? super.beside(request) : filtered;
          }
        };
    try (behind;
        Exporter exporter = newExporter(behind.url(), ClientOptions.defaults())) {
      exporter.start();
      assertThat(get(exporter.export(batch())).retryReason())
          .contains("403 from", "\"message\":\"Forbidden\"")
          .doesNotContain("account");
      CheckResult check = exporter.check();
      assertThat(check.summary()).contains("403", "\"message\":\"Forbidden\"");
      assertThat(check.remedy()).contains("filter");
    }
  }

  @Test
  void anAnswerThatJudgesFewerDocumentsThanWereSentIsNoAnswer() throws Exception {
    items.put(1, "{\"create\":{\"status\":201}},{\"create\":{\"status\":201}}");
    ExportResult result = get(started().export(batch()));
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).contains("judged 6 of 5");
  }

  @Test
  void documentsGoToTheirDataStream() throws Exception {
    get(started().export(batch()));
    get(started().export(TestBatches.simple(Signal.TRACES, 1)));
    assertThat(requests().get(0).line()).startsWith("POST /logs-vigia-default/_bulk?filter_path=");
    assertThat(requests().get(1).line()).startsWith("POST /traces-vigia-default/_bulk?");
    assertThat(requests().get(0).headers()).containsEntry("content-type", "application/x-ndjson");
  }

  @Test
  void templatesArePutAgainWhenTheClusterWasAway() throws Exception {
    FakeElasticsearch cluster = (FakeElasticsearch) backend;
    backend.replies(FakeBackend.Reply.CUT, FakeBackend.Reply.OK);
    Exporter exporter = started();
    assertAllRetried(get(exporter.export(batch())));
    int before = cluster.puts.get();
    assertThat(before).isPositive();
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    assertThat(cluster.puts.get()).isEqualTo(2 * before); // and no document before them
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    assertThat(cluster.puts.get()).isEqualTo(2 * before);
  }

  @ParameterizedTest
  @CsvSource({"VuaCfGcB:ui2lp2axTNm, VnVhQ2ZHY0I6dWkybHAyYXhUTm0=", "VnVhQ2ZHY0I=, VnVhQ2ZHY0I="})
  void anApiKeyMayBeGivenAsItIsShownOrInTwoParts(String content, String sent) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), content + "\n");
    ClientOptions options = ClientOptions.defaults().withAuthorization(Authorization.apiKey(key));
    assertThat(export(backend.url(), options)).isEqualTo(ExportResult.delivered());
    assertThat(backend.header("authorization")).isEqualTo("ApiKey " + sent);
  }

  @ParameterizedTest
  @CsvSource({
    "7.17.9,false",
    "8.6.2,false",
    "8.7.0,true",
    "8.19.21,true",
    "9.2.0,true",
    "10.0.0,true"
  })
  void checkKnowsWhatTheTemplatesNeed(String version, boolean enough) throws Exception {
    ((FakeElasticsearch) backend).version = version;
    CheckResult result = started().check();
    assertThat(result.ok()).isEqualTo(enough);
    assertThat(result.summary()).endsWith("is Elasticsearch " + version);
  }

  @Test
  void aNodeThatIsAwayIsLeftForTheNext() throws Exception {
    try (FakeElasticsearch second = new FakeElasticsearch();
        Exporter exporter =
            ElasticsearchExporter.builder().urls(List.of(backend.url(), second.url())).build()) {
      exporter.start();
      assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
      assertThat(backend.requests()).isEqualTo(1);
      backend.close();
      ExportResult lost = get(exporter.export(batch())); // was on the connection that broke
      ExportResult next = lost.retry().isEmpty() ? lost : get(exporter.export(batch()));
      assertThat(next.retry()).isEmpty();
      assertThat(second.requests()).isPositive();
      assertThat(exporter.check().ok()).isTrue();
      assertThat(exporter.check().summary()).contains(backend.url(), "refused", second.url());
    }
  }

  @Test
  void nodesThatWereNeverThereCostNothing() throws Exception {
    String nobody;
    try (FakeElasticsearch gone = new FakeElasticsearch()) {
      nobody = gone.url();
    }
    try (Exporter exporter =
        ElasticsearchExporter.builder().urls(List.of(nobody, nobody, backend.url())).build()) {
      assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    }
    try (Exporter exporter =
        ElasticsearchExporter.builder().urls(List.of(nobody, nobody)).build()) {
      ExportResult result = get(exporter.export(batch()));
      assertThat(result.retry()).hasSize(2);
      assertThat(result.retryReason()).contains("refused");
    }
  }

  private List<io.vigia.collector.export.FakeHttpBackend.Request> requests() {
    return ((FakeElasticsearch) backend).seen;
  }

  private String body() {
    return new String(requests().get(0).body(), StandardCharsets.UTF_8);
  }

  private static BitSet bits(int... set) {
    BitSet bits = new BitSet();
    for (int bit : set) {
      bits.set(bit);
    }
    return bits;
  }
}
