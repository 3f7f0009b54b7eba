package io.vigia.collector.export.elasticsearch;

import static io.vigia.collector.export.TestBatches.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds the hand-written NDJSON against Jackson, which also refuses a name that comes twice. */
class BulkWriterTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private static byte[] body(ExportBatch batch, int gzipLevel) throws IOException {
    try (BulkWriter writer = new BulkWriter(gzipLevel)) {
      ByteBuf body = writer.write(batch);
      byte[] bytes = new byte[body.readableBytes()];
      body.readBytes(bytes);
      body.release();
      return gzipLevel == 0
          ? bytes
          : new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
    }
  }

  private static JsonNode document(ExportBatch batch) throws IOException {
    String[] lines = new String(body(batch, 0), StandardCharsets.UTF_8).split("\n");
    assertThat(lines).hasSize(2);
    assertThat(JSON.readTree(lines[0]).at("/create/_id").asText())
        .isEqualTo(DocumentId.of(batch.entries().get(0).record().id(), 0));
    return JSON.readTree(lines[1]);
  }

  private static JsonNode log(LogRecord.Builder record, Map<String, String> intake)
      throws IOException {
    var request = ExportLogsServiceRequest.newBuilder();
    request
        .addResourceLogsBuilder()
        .setResource(TestBatches.resource())
        .addScopeLogsBuilder()
        .setScope(InstrumentationScope.newBuilder().setName("com.shop.Cart"))
        .addLogRecords(record);
    return document(TestBatches.batch(Signal.LOGS, intake, request.build()));
  }

  @Test
  void aLogRecordBecomesTheDocumentOfTheMapping() throws IOException {
    byte[] traceId = new byte[16];
    Arrays.fill(traceId, (byte) 0xab);
    JsonNode document =
        log(
            LogRecord.newBuilder()
                .setTimeUnixNano(TestBatches.NANOS)
                .setSeverityNumberValue(17)
                .setBody(AnyValue.newBuilder().setStringValue("a \"quoted\" \\ line\n\u0001 ñ 😀"))
                .setTraceId(ByteString.copyFrom(traceId))
                .setSpanId(ByteString.copyFrom(traceId, 0, 8))
                .addAttributes(attribute("exception.type", "java.io.IOException"))
                .addAttributes(attribute("http.route", "/cart"))
                .addAttributes(attribute("n", AnyValue.newBuilder().setIntValue(Long.MIN_VALUE)))
                .addAttributes(attribute("d", AnyValue.newBuilder().setDoubleValue(1.5)))
                .addAttributes(attribute("nan", AnyValue.newBuilder().setDoubleValue(Double.NaN)))
                .addAttributes(attribute("b", AnyValue.newBuilder().setBoolValue(true))),
            Map.of("k8s.node.name", "node-1", "k8s.pod.label.app", "shop", "zone", "a"));
    JsonNode expected =
        JSON.readTree(
            """
            {"@timestamp":"%s","log.level":"ERROR","event.severity":17,
             "message":"a \\"quoted\\" \\\\ line\\n\\u0001 ñ 😀",
             "trace.id":"abababababababababababababababab","span.id":"abababababababab",
             "log.logger":"com.shop.Cart","error.type":"java.io.IOException",
             "service.name":"shop","service.node.name":"shop-1","kubernetes.pod.name":"shop-6f7",
             "kubernetes.node.name":"node-1","kubernetes.labels":{"app":"shop"},
             "labels":{"http.route":"/cart","n":-9223372036854775808,"d":1.5,"nan":"NaN","b":true,"zone":"a"}}
            """
                .formatted(
                    java.time.Instant.ofEpochSecond(
                        TestBatches.NANOS / 1_000_000_000, TestBatches.NANOS % 1_000_000_000)));
    assertThat(document).isEqualTo(expected);
  }

  @Test
  void noNameComesTwice() throws IOException {
    JsonNode document =
        log(
            LogRecord.newBuilder()
                .addAttributes(attribute("service.name", "mine"))
                .addAttributes(attribute("service.name", "again"))
                .addAttributes(attribute("x", "1"))
                .addAttributes(attribute("x", "2"))
                .addAttributes(attribute("a.b", "1"))
                .addAttributes(
                    attribute(
                        "a",
                        AnyValue.newBuilder()
                            .setKvlistValue(
                                KeyValueList.newBuilder().addValues(attribute("b", "2"))))),
            Map.of("x", "3"));
    assertThat(document.get("service.name").asText()).isEqualTo("mine");
    assertThat(document.get("labels"))
        .isEqualTo(JSON.readTree("{\"service.name\":\"again\",\"x\":\"1\",\"a.b\":\"1\"}"));
    assertThat(document.get("kubernetes.pod.name").asText()).isEqualTo("shop-6f7");
  }

  @Test
  void aMapAsBodySpreadsOverTheDocument() throws IOException {
    JsonNode document =
        log(
            LogRecord.newBuilder()
                .setBody(
                    AnyValue.newBuilder()
                        .setKvlistValue(
                            KeyValueList.newBuilder()
                                .addValues(attribute("log", "hello"))
                                .addValues(attribute("user", "u"))
                                .addValues(
                                    attribute(
                                        "tags",
                                        AnyValue.newBuilder()
                                            .setArrayValue(
                                                ArrayValue.newBuilder()
                                                    .addValues(AnyValue.newBuilder().setIntValue(1))
                                                    .addValues(
                                                        AnyValue.newBuilder()
                                                            .setStringValue("t")))))))
                .setObservedTimeUnixNano(TestBatches.NANOS),
            Map.of());
    assertThat(document.get("message").asText()).isEqualTo("hello");
    assertThat(document.get("labels"))
        .isEqualTo(JSON.readTree("{\"user\":\"u\",\"tags\":[1,\"t\"]}"));
  }

  @Test
  void aSpanBecomesTheDocumentOfTheMapping() throws IOException {
    var request = ExportTraceServiceRequest.newBuilder();
    ByteString id = ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    request
        .addResourceSpansBuilder()
        .addScopeSpansBuilder()
        .addSpans(
            Span.newBuilder()
                .setTraceId(id.concat(id))
                .setSpanId(id)
                .setName("GET /")
                .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
                .setStartTimeUnixNano(1_000_000_000)
                .setEndTimeUnixNano(1_000_001_234)
                .setStatus(Status.newBuilder().setCodeValue(2).setMessage("broken"))
                .addEvents(
                    Span.Event.newBuilder()
                        .setName("exception")
                        .addAttributes(attribute("exception.message", "boom"))
                        .addAttributes(attribute("exception.message", "twice")))
                .addLinks(Span.Link.newBuilder().setTraceId(id.concat(id)).setSpanId(id)));
    assertThat(document(TestBatches.batch(Signal.TRACES, request.build())))
        .isEqualTo(
            JSON.readTree(
                """
                {"@timestamp":"1970-01-01T00:00:01.000000000Z","trace.id":"01020304050607080102030405060708",
                 "span.id":"0102030405060708","span.name":"GET /","span.kind":"client","event.duration":1234,
                 "event.outcome":"failure","span.status.message":"broken",
                 "span.events":[{"name":"exception","attributes":{"exception.message":"boom"}}],
                 "error.message":"boom",
                 "span.links":[{"trace.id":"01020304050607080102030405060708","span.id":"0102030405060708"}],
                 "labels":{"exception.message":"twice"}}
                """));
  }

  @Property(tries = 300)
  void anyBytesReadAsJavaReadsThem(@ForAll byte[] bytes) throws IOException {
    JsonBuffer json = new JsonBuffer();
    json.string(bytes, 0, bytes.length);
    assertThat(JSON.readTree(json.array(), 0, json.size()).asText())
        .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
  }

  @Property(tries = 300)
  void anyTextReadsAsItWas(@ForAll String text) throws IOException {
    JsonBuffer json = new JsonBuffer();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    json.string(utf8, 0, utf8.length);
    assertThat(JSON.readTree(json.array(), 0, json.size()).asText())
        .isEqualTo(new String(utf8, StandardCharsets.UTF_8));
  }

  @Property(tries = 300)
  void anyKeysMakeADocument(@ForAll List<String> keys) throws IOException {
    LogRecord.Builder record = LogRecord.newBuilder();
    for (String key : keys) {
      record.addAttributes(KeyValue.newBuilder().setKey(valid(key)));
      record.addAttributes(attribute(valid(key) + "2", "v"));
    }
    log(record, Map.of());
  }

  @Test
  void namesThatAreForgottenBetweenDocumentsAreStillWrittenOnce() throws IOException {
    var request = ExportLogsServiceRequest.newBuilder();
    var scope =
        request
            .addResourceLogsBuilder()
            .setResource(TestBatches.resource().toBuilder().addAttributes(attribute("x", "r")))
            .addScopeLogsBuilder();
    for (int i = 0; i < 3_000; i++) {
      LogRecord.Builder record = LogRecord.newBuilder();
      for (String name : List.of("x", "own." + i, "own.." + i, "own._" + i, "own." + i)) {
        record.addAttributes(attribute(name, "" + i));
      }
      scope.addLogRecords(record);
    }
    String[] lines =
        new String(
                body(TestBatches.batch(Signal.LOGS, Map.of(), request.build()), 0),
                StandardCharsets.UTF_8)
            .split("\n");
    for (int i = 0; i < 3_000; i++) {
      JsonNode labels = JSON.readTree(lines[2 * i + 1]).get("labels");
      assertThat(labels.fieldNames())
          .toIterable()
          .containsExactly("x", "own." + i, "own._" + i); // two dots are a dot and an underscore
      assertThat(labels.get("x").asText()).isEqualTo("" + i);
    }
  }

  /** Compared with each other they are 180 billion pairs: minutes, in which nothing else goes. */
  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void hundredsOfThousandsOfAttributesOfAnEventAreWrittenEachOnce() throws IOException {
    int attributes = 600_000;
    Span.Event.Builder event = Span.Event.newBuilder().setName("e");
    for (int i = 0; i < attributes; i++) {
      event.addAttributes(attribute("a" + i, ""));
    }
    event.addAttributes(attribute("a0", "again"));
    var request = ExportTraceServiceRequest.newBuilder();
    request.addResourceSpansBuilder().addScopeSpansBuilder().addSpansBuilder().addEvents(event);
    String body =
        new String(
            body(TestBatches.batch(Signal.TRACES, request.build()), 0), StandardCharsets.UTF_8);
    assertThat(body).contains("\"a0\":\"\"", "\"a599999\":\"\"").doesNotContain("again");
  }

  /** As from senders of one event a request, with names that are made up: each has its own. */
  @Test
  void namesAreForgottenAlsoWhereEachItemIsTheFirstOfItsRequest() throws IOException {
    int requests = 4_000;
    ExportLogsServiceRequest[] all = new ExportLogsServiceRequest[requests];
    for (int i = 0; i < requests; i++) {
      var request = ExportLogsServiceRequest.newBuilder();
      request
          .addResourceLogsBuilder()
          .setResource(TestBatches.resource())
          .addScopeLogsBuilder()
          .addLogRecordsBuilder()
          .addAttributes(attribute("name-" + i, "here"));
      all[i] = request.build();
    }
    String[] lines =
        new String(body(TestBatches.batch(Signal.LOGS, all), 0), StandardCharsets.UTF_8)
            .split("\n");
    assertThat(lines).hasSize(2 * requests);
    for (int i = 0; i < requests; i++) {
      assertThat(JSON.readTree(lines[2 * i + 1]).at("/labels/name-" + i).asText())
          .isEqualTo("here");
    }
  }

  @Test
  void aDocumentOfFarTooManyNamesHasNoneTwice() throws IOException {
    LogRecord.Builder record = LogRecord.newBuilder();
    for (int i = 0; i < 5_000; i++) { // names that are looked at, but not written
      record.addAttributes(
          attribute("l" + i, AnyValue.newBuilder().setKvlistValue(KeyValueList.newBuilder())));
    }
    for (int i = 0; i < 600; i++) {
      record.addAttributes(attribute("x" + i % 300, "1"));
    }
    JsonNode document = log(record, Map.of());
    assertThat(document.get("service.name").asText()).isEqualTo("shop");
  }

  @Property(tries = 200)
  void idIsBase64OfTheIdsBytes(
      @ForAll long logId, @ForAll int epoch, @ForAll long sequence, @ForAll int item) {
    byte[] bytes =
        ByteBuffer.allocate(24).putLong(logId).putInt(epoch).putLong(sequence).putInt(item).array();
    assertThat(DocumentId.of(new io.vigia.collector.core.RecordId(logId, epoch, sequence), item))
        .isEqualTo(Base64.getUrlEncoder().encodeToString(bytes));
  }

  @Test
  void gzippedIsTheSame() throws IOException {
    ExportBatch batch = TestBatches.simple(Signal.LOGS, 2000, 1);
    assertThat(body(batch, 1)).isEqualTo(body(batch, 0));
  }

  @Test
  void theTableIsInTheDocument() throws IOException {
    String page = Files.readString(Path.of("docs/elasticsearch.md"));
    for (String[] row : EcsFields.TABLE) {
      assertThat(page).contains("| `" + row[0] + "` | `" + row[1] + "` |");
    }
  }

  /** Protobuf strings have no lone surrogates. */
  private static String valid(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Test
  void aWriterThatRanOutOfMemoryHalfWayLetsGoOfWhatItHad() throws IOException {
    ExportBatch batch = TestBatches.simple(Signal.LOGS, 1);
    ExportBatch.Entry entry = batch.entries().get(0);
    List<ExportBatch.Entry> tooMuch =
        new AbstractList<>() {
          @Override
          public ExportBatch.Entry get(int index) {
            if (index > 0) {
              throw new OutOfMemoryError("Cannot reserve direct buffer memory");
            }
            return entry;
          }

          @Override
          public int size() {
            return 2;
          }
        };
    try (BulkWriter writer = new BulkWriter(0)) {
      assertThatThrownBy(() -> writer.write(new ExportBatch(Signal.LOGS, tooMuch)))
          .isInstanceOf(OutOfMemoryError.class);
      ByteBuf next = writer.write(batch);
      assertThat(next.readableBytes()).isEqualTo(body(batch, 0).length);
      next.release();
    }
  }
}
