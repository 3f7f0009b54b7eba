package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.collector.core.Signal;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against protobuf-java-util, which writes ids as base64 where OTLP wants hex. */
class OtlpJsonTest {
  private static final Set<String> IDS =
      Set.of("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Property(tries = 150)
  void whatProtobufPrintsIsRead(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    JsonFormat.Printer printer = JsonFormat.printer();
    if (random.nextBoolean()) {
      printer = printer.preservingProtoFieldNames();
    }
    if (random.nextBoolean()) {
      printer = printer.printingEnumsAsInts();
    }
    for (Signal signal : Signal.values()) {
      Message message = new RandomOtlp(seed).request(signal);
      JsonNode json = hexIds(JSON.readTree(printer.print(message)));
      assertThat(read(signal, JSON.writeValueAsBytes(json))).isEqualTo(message);
    }
  }

  @Property(tries = 150)
  void whatWePrintIsReadByProtobufAndByUs(@ForAll long seed) throws Exception {
    for (Signal signal : Signal.values()) {
      Message message = new RandomOtlp(seed).request(signal);
      byte[] bytes = message.toByteArray();
      StringWriter text = new StringWriter();
      try (JsonGenerator generator = JSON.createGenerator(text)) {
        OtlpJson.toJson(signal, bytes, 0, bytes.length, generator);
      }
      Message.Builder theirs = message.newBuilderForType();
      if (!text.toString().contains("-0.0")) { // which protobuf-java-util reads as 0.0
        JsonFormat.parser().merge(base64Ids(JSON.readTree(text.toString())).toString(), theirs);
        assertThat(theirs.build()).isEqualTo(message);
      }
      assertThat(read(signal, text.toString().getBytes(StandardCharsets.UTF_8))).isEqualTo(message);
    }
  }

  @Test
  void theTableIsThatOfTheOfficialDescriptors() {
    for (Signal signal : Signal.values()) {
      check(RandomOtlp.empty(signal).getDescriptorForType(), new java.util.HashSet<>());
    }
  }

  private static void check(Descriptor descriptor, Set<Descriptor> seen) {
    if (!seen.add(descriptor)) {
      return;
    }
    OtlpSchema.Message ours = OtlpSchema.message(descriptor.getName());
    assertThat(ours.byName.values().stream().distinct().count())
        .as(descriptor.getName())
        .isEqualTo(descriptor.getFields().size());
    for (FieldDescriptor field : descriptor.getFields()) {
      OtlpSchema.Field own = ours.byName.get(field.getJsonName());
      assertThat(own).as(field.getFullName()).isNotNull();
      assertThat(own.number()).isEqualTo(field.getNumber());
      assertThat(own.name()).isEqualTo(field.getName());
      assertThat(own.repeated()).isEqualTo(field.isRepeated());
      assertThat(own.packed()).isEqualTo(field.isPacked());
      String type = own.type().name().startsWith("ID") ? "BYTES" : own.type().name();
      assertThat(type).as(field.getFullName()).isEqualTo(field.getType().name());
      if (field.getType() == FieldDescriptor.Type.ENUM) {
        assertThat(own.enumNames())
            .containsExactly(
                field.getEnumType().getValues().stream()
                    .map(value -> value.getName())
                    .toArray(String[]::new));
      }
      if (field.getType() == FieldDescriptor.Type.MESSAGE) {
        check(field.getMessageType(), seen);
      }
    }
  }

  @Test
  void theSpecificationsExampleIsUnderstood() throws Exception {
    var request =
        (ExportTraceServiceRequest)
            read(
                Signal.TRACES,
                """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":
                {"stringValue":"my.service"}}]},"scopeSpans":[{"scope":{"name":"my.library"},
                "spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
                "parentSpanId":"EEE19B7EC3C1B173","name":"I'm a server span",
                "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000000,
                "kind":2,"status":null,"unheardOf":{"a":[1,2]},"attributes":[]}]}]}]}
                """
                    .getBytes(StandardCharsets.UTF_8));
    var span = request.getResourceSpans(0).getScopeSpans(0).getSpans(0);
    assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
        .isEqualTo("5b8efff798038103d269b633813fc60c");
    assertThat(span.getStartTimeUnixNano()).isEqualTo(1544712660000000000L);
    assertThat(span.getEndTimeUnixNano()).isEqualTo(1544712661000000000L);
    assertThat(span.getKindValue()).isEqualTo(2);
  }

  @Test
  void numbersMayBeWrittenInAllTheWaysOfProtoJson() throws Exception {
    for (String time : List.of("\"18446744073709551615\"", "18446744073709551615")) {
      assertThat(log("\"timeUnixNano\":" + time).getTimeUnixNano()).isEqualTo(-1);
    }
    assertThat(log("\"timeUnixNano\":1.5e3").getTimeUnixNano()).isEqualTo(1500);
    assertThat(log("\"severityNumber\":\"SEVERITY_NUMBER_WARN\"").getSeverityNumberValue())
        .isEqualTo(13);
    assertThat(log("\"body\":{\"bytesValue\":\"-_8\"}").getBody().getBytesValue().toByteArray())
        .isEqualTo(new byte[] {(byte) 0xfb, (byte) 0xff});
    assertThat(log("\"body\":{\"doubleValue\":\"-Infinity\"}").getBody().getDoubleValue())
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(log("\"body\":{\"intValue\":\"-7\"}").getBody().getIntValue()).isEqualTo(-7);
  }

  private static io.opentelemetry.proto.logs.v1.LogRecord log(String fields) throws Exception {
    String json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{" + fields + "}]}]}]}";
    var request =
        (ExportLogsServiceRequest) read(Signal.LOGS, json.getBytes(StandardCharsets.UTF_8));
    return request.getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"resourceLogs\":{}}",
        "{\"resourceLogs\":[1]}",
        "{\"resourceLogs\":[]}{}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"x\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":-1}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":1e999999999}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"traceId\":\"xyz\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"severityNumber\":\"LOUD\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"bytesValue\":\"!\"}}]}]}]}",
      })
  void whatIsNotOtlpJsonIsRefused(String json) {
    assertThatThrownBy(() -> read(Signal.LOGS, json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            MalformedOtlpException.class, e -> assertThat(e.reason()).isEqualTo("json"))
        .message()
        .startsWith("JSON: ")
        .doesNotContain("\n");
  }

  /** Each would keep an event loop busy for as long as it takes to square the count of digits. */
  @Test
  void aNumberOfVeryManyDigitsIsRefusedUnread() {
    String digits = "\"" + "1".repeat(50_000) + "\"";
    for (String field : List.of("\"timeUnixNano\":", "\"body\":{\"doubleValue\":")) {
      String close = field.contains("{") ? "}" : "";
      assertThatThrownBy(() -> log(field + digits + close))
          .isInstanceOf(MalformedOtlpException.class)
          .hasMessageContaining("50000 characters");
    }
  }

  @Test
  void depthBombIsRefused() {
    byte[] bomb = "{\"a\":[".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> read(Signal.LOGS, bomb)).isInstanceOf(MalformedOtlpException.class);
  }

  private static Message read(Signal signal, byte[] json) throws Exception {
    ProtoWriter out = new ProtoWriter();
    OtlpJson.toProtobuf(signal, json, 0, json.length, out);
    new OtlpValidator().validate(signal, out.toByteBuffer());
    return RandomOtlp.empty(signal)
        .newBuilderForType()
        .mergeFrom(out.array(), 0, out.size())
        .build();
  }

  private static JsonNode hexIds(JsonNode node) {
    return ids(node, text -> HexFormat.of().formatHex(Base64.getDecoder().decode(text)));
  }

  private static JsonNode base64Ids(JsonNode node) {
    return ids(node, text -> Base64.getEncoder().encodeToString(HexFormat.of().parseHex(text)));
  }

  private static JsonNode ids(JsonNode node, java.util.function.UnaryOperator<String> change) {
    if (node instanceof ArrayNode array) {
      array.forEach(element -> ids(element, change));
    } else if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              entry -> {
                if (IDS.contains(entry.getKey()) && entry.getValue().isTextual()) {
                  entry.setValue(TextNode.valueOf(change.apply(entry.getValue().asText())));
                } else {
                  ids(entry.getValue(), change);
                }
              });
    }
    return node;
  }
}
