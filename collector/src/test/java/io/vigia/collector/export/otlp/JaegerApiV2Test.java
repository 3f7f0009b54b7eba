package io.vigia.collector.export.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.opentelemetry.exporter.jaeger.proto.api_v2.Collector.PostSpansRequest;
import io.opentelemetry.exporter.jaeger.proto.api_v2.Model;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeGrpcBackend;
import io.vigia.collector.export.NetworkExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.ClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Jaeger's own protocol, read by classes generated from Jaeger's files. */
class JaegerApiV2Test extends NetworkExporterContractTest {
  private static final ByteString TRACE = ByteString.copyFromUtf8("0123456789abcdef");
  private static final ByteString SPAN = ByteString.copyFromUtf8("01234567");
  private static final ByteString PARENT = ByteString.copyFromUtf8("76543210");

  @Override
  protected FakeBackend newBackend() {
    return new FakeGrpcBackend();
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return OtlpGrpcExporter.builder()
        .endpoint(url)
        .signals(Set.of(Signal.TRACES))
        .jaegerApiV2()
        .client(options)
        .build();
  }

  @Override
  protected Signal signal() {
    return Signal.TRACES;
  }

  @Override
  protected String refusedReason() {
    return "invalid_argument";
  }

  @Test
  void aSpanSaysAllThatItSaidInOtlp() throws Exception {
    Span span =
        Span.newBuilder()
            .setTraceId(TRACE)
            .setSpanId(SPAN)
            .setParentSpanId(PARENT)
            .setTraceState("vendor=1")
            .setName("GET /orders")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(1_790_000_000_123_456_789L)
            .setEndTimeUnixNano(1_790_000_002_123_456_790L)
            .addAttributes(attribute("text", AnyValue.newBuilder().setStringValue("über")))
            .addAttributes(attribute("flag", AnyValue.newBuilder().setBoolValue(true)))
            .addAttributes(attribute("count", AnyValue.newBuilder().setIntValue(-3)))
            .addAttributes(attribute("share", AnyValue.newBuilder().setDoubleValue(0.5)))
            .addAttributes(attribute("raw", AnyValue.newBuilder().setBytesValue(SPAN)))
            .addAttributes(
                attribute(
                    "list",
                    AnyValue.newBuilder()
                        .setArrayValue(
                            ArrayValue.newBuilder()
                                .addValues(AnyValue.newBuilder().setStringValue("a"))
                                .addValues(AnyValue.newBuilder().setIntValue(2)))))
            .addEvents(
                Span.Event.newBuilder()
                    .setTimeUnixNano(1_790_000_001_000_000_005L)
                    .setName("exception")
                    .addAttributes(
                        attribute("exception.type", AnyValue.newBuilder().setStringValue("X"))))
            .addLinks(Span.Link.newBuilder().setTraceId(TRACE).setSpanId(PARENT))
            .setDroppedEventsCount(7)
            .setStatus(
                Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage("no stock"))
            .build();
    Model.Batch batch = send(request("shop", "scope", "1.2", span)).get(0);

    assertThat(batch.getProcess().getServiceName()).isEqualTo("shop");
    assertThat(tags(batch.getProcess().getTagsList())).containsEntry("host.name", "h1");
    Model.Span sent = batch.getSpans(0);
    assertThat(sent.getTraceId()).isEqualTo(TRACE);
    assertThat(sent.getSpanId()).isEqualTo(SPAN);
    assertThat(sent.getOperationName()).isEqualTo("GET /orders");
    assertThat(sent.getReferencesList())
        .containsExactly(
            Model.SpanRef.newBuilder().setTraceId(TRACE).setSpanId(PARENT).build(),
            Model.SpanRef.newBuilder()
                .setTraceId(TRACE)
                .setSpanId(PARENT)
                .setRefType(Model.SpanRefType.FOLLOWS_FROM)
                .build());
    assertThat(sent.getFlags()).isEqualTo(1);
    assertThat(sent.getStartTime())
        .isEqualTo(Timestamp.newBuilder().setSeconds(1_790_000_000).setNanos(123_456_789).build());
    assertThat(sent.getDuration())
        .isEqualTo(Duration.newBuilder().setSeconds(2).setNanos(1).build());
    assertThat(tags(sent.getTagsList()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("text", "über"),
                Map.entry("flag", true),
                Map.entry("count", -3L),
                Map.entry("share", 0.5),
                Map.entry("raw", SPAN),
                Map.entry("list", "[\"a\",2]"),
                Map.entry("span.kind", "server"),
                Map.entry("error", true),
                Map.entry("otel.status_code", "ERROR"),
                Map.entry("otel.status_description", "no stock"),
                Map.entry("otel.dropped_events_count", 7L),
                Map.entry("otel.scope.name", "scope"),
                Map.entry("otel.scope.version", "1.2"),
                Map.entry("w3c.tracestate", "vendor=1")));
    assertThat(sent.getLogsCount()).isEqualTo(1);
    assertThat(sent.getLogs(0).getTimestamp())
        .isEqualTo(Timestamp.newBuilder().setSeconds(1_790_000_001).setNanos(5).build());
    assertThat(tags(sent.getLogs(0).getFieldsList()))
        .isEqualTo(Map.of("event", "exception", "exception.type", "X"));
  }

  @Test
  void eachServiceIsARequestOfItsOwn() throws Exception {
    Span span = Span.newBuilder().setTraceId(TRACE).setSpanId(SPAN).setName("x").build();
    ExportTraceServiceRequest two =
        request("one", "", "", span, span).toBuilder()
            .mergeFrom(request("two", "", "", span))
            .build();
    List<Model.Batch> batches = send(two);
    assertThat(batches)
        .extracting(batch -> batch.getProcess().getServiceName() + " " + batch.getSpansCount())
        .containsExactlyInAnyOrder("one 2", "two 1");
    assertThat(((FakeGrpcBackend) backend).methods)
        .containsOnly("jaeger.api_v2.CollectorService/PostSpans");
  }

  private List<Model.Batch> send(ExportTraceServiceRequest request) throws Exception {
    get(started().export(TestBatches.batch(Signal.TRACES, request)));
    List<Model.Batch> batches = new ArrayList<>();
    for (byte[] bytes : ((FakeGrpcBackend) backend).seen) {
      PostSpansRequest sent = PostSpansRequest.parseFrom(bytes);
      assertThat(sent.getUnknownFields().asMap()).isEmpty();
      batches.add(sent.getBatch());
    }
    return batches;
  }

  private static ExportTraceServiceRequest request(
      String service, String scope, String version, Span... spans) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(
                            attribute("host.name", AnyValue.newBuilder().setStringValue("h1")))
                        .addAttributes(
                            attribute(
                                "service.name", AnyValue.newBuilder().setStringValue(service))))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(
                            InstrumentationScope.newBuilder().setName(scope).setVersion(version))
                        .addAllSpans(List.of(spans))))
        .build();
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static Map<String, Object> tags(List<Model.KeyValue> tags) {
    return tags.stream().collect(Collectors.toMap(Model.KeyValue::getKey, JaegerApiV2Test::value));
  }

  private static Object value(Model.KeyValue tag) {
    return switch (tag.getVType()) {
      case STRING -> tag.getVStr();
      case BOOL -> tag.getVBool();
      case INT64 -> tag.getVInt64();
      case FLOAT64 -> tag.getVFloat64();
      case BINARY -> tag.getVBinary();
      case UNRECOGNIZED -> throw new AssertionError(tag);
    };
  }
}
