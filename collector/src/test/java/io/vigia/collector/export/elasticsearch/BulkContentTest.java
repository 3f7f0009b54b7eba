package io.vigia.collector.export.elasticsearch;

import static io.vigia.collector.export.TestBatches.attribute;
import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.otlp.RandomOtlp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random logs and spans as documents, against the documents that Jackson makes of the official
 * messages after {@code docs/elasticsearch.md}. What becomes of odd names and of equal ones is in
 * {@link BulkWriterTest}.
 */
class BulkContentTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /** 1 and 1.0 are the same number. */
  private static final Comparator<JsonNode> NUMBERS =
      (one, other) ->
          one.isNumber() && other.isNumber()
              ? one.decimalValue().compareTo(other.decimalValue())
              : one.equals(other) ? 0 : 1;

  private static final DateTimeFormatter NINE_DIGITS =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter(ROOT);
  private static final String[] LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

  private static void assertDocuments(Signal signal, ExportBatch batch, List<ObjectNode> expected)
      throws IOException {
    byte[] bytes;
    try (BulkWriter writer = new BulkWriter(0)) {
      ByteBuf body = writer.write(batch);
      bytes = new byte[body.readableBytes()];
      body.readBytes(bytes).release();
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] lines = text.isEmpty() ? new String[0] : text.split("\n");
    assertThat(lines).as(signal.id()).hasSize(2 * expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(JSON.readTree(lines[2 * i]).at("/create/_id").asText())
          .isEqualTo(DocumentId.of(batch.entries().get(0).record().id(), i));
      JsonNode document = JSON.readTree(lines[2 * i + 1]);
      if (!expected.get(i).equals(NUMBERS, document)) {
        assertThat(document).isEqualTo(expected.get(i)); // fails, and shows both
        throw new AssertionError(document + " instead of " + expected.get(i));
      }
    }
  }

  @Property(tries = 60)
  void aDocumentOfALogSaysWhatTheRecordSaid(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    var request =
        ((ExportLogsServiceRequest) new RandomOtlp(seed).request(Signal.LOGS)).toBuilder();
    List<ObjectNode> expected = new ArrayList<>();
    for (ResourceLogs.Builder resource : request.getResourceLogsBuilderList()) {
      resource.setResource(resource(random));
      for (ScopeLogs.Builder scope : resource.getScopeLogsBuilderList()) {
        for (LogRecord.Builder log : scope.getLogRecordsBuilderList()) {
          log.clearAttributes().addAllAttributes(attributes(random));
          body(log, random);
          expected.add(document(resource.getResource(), scope.getScope().getName(), log.build()));
        }
      }
    }
    assertDocuments(Signal.LOGS, batch(Signal.LOGS, request.build()), expected);
  }

  @Property(tries = 60)
  void aDocumentOfASpanSaysWhatTheSpanSaid(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    var request =
        ((ExportTraceServiceRequest) new RandomOtlp(seed).request(Signal.TRACES)).toBuilder();
    List<ObjectNode> expected = new ArrayList<>();
    for (ResourceSpans.Builder resource : request.getResourceSpansBuilderList()) {
      resource.setResource(resource(random));
      for (ScopeSpans.Builder scope : resource.getScopeSpansBuilderList()) {
        for (Span.Builder span : scope.getSpansBuilderList()) {
          span.clearAttributes().addAllAttributes(attributes(random));
          span.getEventsBuilderList().forEach(Span.Event.Builder::clearAttributes);
          span.getLinksBuilderList().forEach(Span.Link.Builder::clearAttributes);
          if (random.nextBoolean()) {
            span.setEndTimeUnixNano(span.getStartTimeUnixNano() + random.nextInt(1_000_000));
          }
          expected.add(document(resource.getResource(), scope.getScope().getName(), span.build()));
        }
      }
    }
    assertDocuments(Signal.TRACES, batch(Signal.TRACES, request.build()), expected);
  }

  private static ExportBatch batch(Signal signal, MessageLite request) {
    return TestBatches.batch(signal, Map.of("zone", "a"), request);
  }

  private static Resource resource(Random random) {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", "shop-" + random.nextInt(3)))
        .addAttributes(attribute("k8s.pod.name", "pod-" + random.nextInt(3)))
        .addAttributes(attribute("team", "ñandú"))
        .build();
  }

  private static List<KeyValue> attributes(Random random) {
    List<KeyValue> all = new ArrayList<>();
    all.add(attribute("exception.type", "java.io.IOException"));
    all.add(attribute("text", "a \"b\" \\ \n\u0001 ü 😀 " + random.nextInt()));
    all.add(attribute("n", AnyValue.newBuilder().setIntValue(random.nextLong())));
    all.add(attribute("d", AnyValue.newBuilder().setDoubleValue(random.nextGaussian() * 1e9)));
    all.add(attribute("flag", AnyValue.newBuilder().setBoolValue(random.nextBoolean())));
    AnyValue.Builder list = AnyValue.newBuilder();
    list.setArrayValue(
        ArrayValue.newBuilder()
            .addValues(AnyValue.newBuilder().setIntValue(random.nextInt()))
            .addValues(AnyValue.newBuilder().setIntValue(7)));
    all.add(attribute("list", list));
    AnyValue.Builder map = AnyValue.newBuilder();
    map.setKvlistValue(
        KeyValueList.newBuilder()
            .addValues(attribute("x", "1"))
            .addValues(attribute("y", AnyValue.newBuilder().setIntValue(random.nextInt()))));
    all.add(attribute("map", map));
    all.removeIf(each -> random.nextInt(3) == 0);
    return all;
  }

  private static void body(LogRecord.Builder log, Random random) {
    switch (random.nextInt(3)) {
      case 0 -> log.clearBody();
      case 1 -> log.setBody(AnyValue.newBuilder().setIntValue(random.nextLong()));
      default -> log.setBody(AnyValue.newBuilder().setStringValue("líne\t" + random.nextInt()));
    }
  }

  private static ObjectNode document(Resource resource, String logger, LogRecord log) {
    ObjectNode document = JSON.createObjectNode();
    ObjectNode labels = common(document, resource, log.getAttributesList());
    time(document, log.getTimeUnixNano(), log.getObservedTimeUnixNano());
    int severity = log.getSeverityNumberValue();
    if (!log.getSeverityText().isEmpty()) {
      document.put("log.level", log.getSeverityText());
    } else if (severity > 0) {
      document.put("log.level", LEVELS[(severity - 1) / 4]);
    }
    if (severity != 0) {
      document.put("event.severity", severity);
    }
    if (log.getBody().hasIntValue()) {
      document.put("message", Long.toString(log.getBody().getIntValue()));
    } else if (log.hasBody()) {
      document.put("message", log.getBody().getStringValue());
    }
    id(document, "trace.id", log.getTraceId());
    id(document, "span.id", log.getSpanId());
    if (!logger.isEmpty()) {
      document.put("log.logger", logger);
    }
    if (!log.getEventName().isEmpty()) {
      labels.put("event.name", log.getEventName());
    }
    return document;
  }

  private static ObjectNode document(Resource resource, String scope, Span span) {
    ObjectNode document = JSON.createObjectNode();
    ObjectNode labels = common(document, resource, span.getAttributesList());
    long start = span.getStartTimeUnixNano();
    long end = span.getEndTimeUnixNano();
    time(document, start, end);
    if (start > 0 && end >= start) {
      document.put("event.duration", end - start);
    }
    id(document, "trace.id", span.getTraceId());
    id(document, "span.id", span.getSpanId());
    id(document, "parent.id", span.getParentSpanId());
    document.put("span.name", span.getName());
    document.put(
        "span.kind", span.getKind().name().substring("SPAN_KIND_".length()).toLowerCase(ROOT));
    document.put("event.outcome", span.getStatus().getCodeValue() == 2 ? "failure" : "success");
    if (!span.getStatus().getMessage().isEmpty()) {
      document.put("span.status.message", span.getStatus().getMessage());
    }
    if (!span.getTraceState().isEmpty()) {
      document.put("span.trace_state", span.getTraceState());
    }
    if (span.getEventsCount() > 0) {
      ArrayNode events = document.putArray("span.events");
      for (Span.Event event : span.getEventsList()) {
        ObjectNode one = events.addObject();
        if (event.getTimeUnixNano() > 0) {
          time(one, event.getTimeUnixNano(), 0);
        }
        one.put("name", event.getName());
      }
    }
    if (span.getLinksCount() > 0) {
      ArrayNode links = document.putArray("span.links");
      for (Span.Link link : span.getLinksList()) {
        links
            .addObject()
            .put("trace.id", hex(link.getTraceId()))
            .put("span.id", hex(link.getSpanId()));
      }
    }
    if (!scope.isEmpty()) {
      labels.put("otel.scope.name", scope);
    }
    return document;
  }

  /** Returns the labels. */
  private static ObjectNode common(
      ObjectNode document, Resource resource, List<KeyValue> attributes) {
    ObjectNode labels = document.putObject("labels");
    labels.put("zone", "a").put("team", "ñandú");
    document.put("service.name", resource.getAttributes(0).getValue().getStringValue());
    document.put("kubernetes.pod.name", resource.getAttributes(1).getValue().getStringValue());
    for (KeyValue attribute : attributes) {
      AnyValue value = attribute.getValue();
      switch (attribute.getKey()) {
        case "exception.type" -> document.put("error.type", value.getStringValue());
        case "text" -> labels.put("text", value.getStringValue());
        case "n" -> labels.put("n", value.getIntValue());
        case "d" -> labels.put("d", value.getDoubleValue());
        case "flag" -> labels.put("flag", value.getBoolValue());
        case "list" -> {
          ArrayNode list = labels.putArray("list");
          value.getArrayValue().getValuesList().forEach(each -> list.add(each.getIntValue()));
        }
        default -> {
          List<KeyValue> entries = value.getKvlistValue().getValuesList();
          labels.put("map.x", entries.get(0).getValue().getStringValue());
          labels.put("map.y", entries.get(1).getValue().getIntValue());
        }
      }
    }
    return labels;
  }

  /** The first that is set, or when it came. */
  private static void time(ObjectNode document, long first, long second) {
    long nanos = first > 0 ? first : second > 0 ? second : TestBatches.NANOS + 1;
    Instant time = Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    document.put("@timestamp", NINE_DIGITS.format(time));
  }

  private static void id(ObjectNode document, String name, ByteString id) {
    if (!id.isEmpty()) {
      document.put(name, hex(id));
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
