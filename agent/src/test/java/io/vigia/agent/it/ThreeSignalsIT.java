package io.vigia.agent.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.OrderService;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One short program without any setting but the collector's ports. */
class ThreeSignalsIT {

  private static Receiver receiver;
  private static String output;

  @BeforeAll
  static void runTheServiceToItsEnd() throws Exception {
    receiver = Receiver.start();
    try (Jvm jvm =
        Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
            .sendingTo(receiver)
            // a second export while it runs: the JVM's own metrics end before the last one
            .option("-Dotel.metric.export.interval=1000")
            .argument("2000")
            .argument("password=hunter2")
            .environment("SHOP_KEY", "swordfish")
            .option("-Dshop.key=sword-fish")
            .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(120))).as(jvm.output()).isZero();
      output = jvm.output();
    }
  }

  @AfterAll
  static void stop() {
    receiver.close();
  }

  @Test
  void clientAndServerSpanAreOneTrace() {
    Span client = span(Span.SpanKind.SPAN_KIND_CLIENT);
    Span server = span(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(server.getTraceId()).isEqualTo(client.getTraceId());
    assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
    assertThat(receiver.spans).hasSize(2);
  }

  @Test
  void everyLogEventArrivesOnceWithItsTrace() {
    assertThat(receiver.logs())
        .extracting(log -> log.get("message"))
        .containsExactly("started", "order 7 taken", "no stock");
    Span server = span(Span.SpanKind.SPAN_KIND_SERVER);
    Map<String, Object> taken = receiver.logs().get(1);
    assertThat(taken)
        .containsEntry("trace_id", hex(server.getTraceId().toByteArray()))
        .containsEntry("span_id", hex(server.getSpanId().toByteArray()))
        .containsEntry("level", "INFO")
        .containsEntry("logger", OrderService.class.getName())
        .containsEntry("tag", "vigia.logs")
        .containsKey("thread");
    // sampled; level 2 of the trace context adds a bit for a random trace id
    assertThat(taken.get("trace_flags")).isIn("01", "03");
    assertThat(taken.get("attributes")).asString().contains("customer=c-42");
    assertThat(receiver.logs().get(0)).doesNotContainKey("trace_id");
  }

  @Test
  void timeOfALogEventHasMoreThanMilliseconds() {
    assertThat(receiver.logs())
        .anyMatch(log -> log.get("nano") instanceof Long nano && nano % 1_000_000 != 0);
    assertThat((Long) requireNonNull(receiver.logs().get(0).get("epochSecond")))
        .isCloseTo(System.currentTimeMillis() / 1000, org.assertj.core.data.Offset.offset(300L));
  }

  @Test
  void exceptionIsPartOfItsEvent() {
    Map<String, Object> warning = receiver.logs().get(2);
    assertThat(warning)
        .containsEntry("level", "WARN")
        .containsEntry("exception.type", "java.lang.IllegalStateException")
        .containsEntry("exception.message", "empty shelf");
    assertThat(warning.get("exception.stacktrace")).asString().contains("OrderService");
  }

  @Test
  void familiesOfBothSimpleclientRegistriesArriveUnderTheirNames() {
    Metric orders = receiver.metric("orders").orElseThrow();
    assertThat(orders.getSum().getIsMonotonic()).isTrue();
    assertThat(orders.getSum().getDataPoints(0).getAsDouble()).isEqualTo(3);
    assertThat(orders.getSum().getDataPoints(0).getAttributes(0).getKey()).isEqualTo("kind");
    assertThat(
            receiver.metric("stock_items").orElseThrow().getGauge().getDataPoints(0).getAsDouble())
        .isEqualTo(12);
    var price = receiver.metric("order_price_euros").orElseThrow().getHistogram().getDataPoints(0);
    assertThat(price.getExplicitBoundsList()).containsExactly(1.0, 10.0, 100.0);
    assertThat(price.getBucketCountsList()).containsExactly(0L, 1L, 1L, 1L);
    assertThat(price.getSum()).isEqualTo(555);
    assertThat(price.getCount()).isEqualTo(3);
  }

  @Test
  void httpServerLatencyAndJvmMetricsArrive() {
    assertThat(receiver.metric("http.server.request.duration")).isPresent();
    assertThat(receiver.metric("jvm.memory.used")).isPresent();
  }

  @Test
  void everyMetricIsInItsExportOnce() {
    assertThat(receiver.metricExports)
        .allSatisfy(
            export -> assertThat(export).extracting(Metric::getName).doesNotHaveDuplicates());
  }

  @Test
  void serviceIsNamedAfterTheMainClassAndSaysWhoItIs() {
    assertThat(receiver.resource())
        .containsEntry("service.name", OrderService.class.getName())
        .containsKeys("host.name", "process.pid", "process.runtime.version");
    assertThat(output).contains("(from main class)");
  }

  @Test
  void commandLineIsNeverSent() {
    assertThat(receiver.resources.toString()).doesNotContain("hunter2");
    assertThat(receiver.logs().toString()).doesNotContain("hunter2");
    assertThat(receiver.resources)
        .allMatch(
            resource ->
                resource.getAttributesList().stream()
                    .map(KeyValue::getKey)
                    .noneMatch(key -> key.startsWith("process.command")));
  }

  @Test
  void environmentAndSystemPropertiesAreNeverSent() {
    for (Object sent :
        List.of(
            receiver.resources,
            receiver.spans,
            receiver.logs(),
            receiver.metrics,
            receiver.samplingQueries)) {
      assertThat(sent.toString()).doesNotContain("swordfish").doesNotContain("sword-fish");
    }
  }

  /** One of the three prices was observed in the request. */
  @Test
  void exemplarNamesTheTraceOfTheRequest() {
    var price = receiver.metric("order_price_euros").orElseThrow().getHistogram().getDataPoints(0);
    assertThat(price.getExemplarsList())
        .filteredOn(exemplar -> !exemplar.getTraceId().isEmpty())
        .singleElement()
        .satisfies(
            exemplar -> {
              assertThat(exemplar.getAsDouble()).isEqualTo(50);
              assertThat(exemplar.getTraceId())
                  .isEqualTo(span(Span.SpanKind.SPAN_KIND_SERVER).getTraceId());
            });
  }

  @Test
  void verdictIsOneLine() {
    assertThat(output.lines().filter(line -> line.startsWith("[vigia]")))
        .singleElement()
        .asString()
        .contains("127.0.0.1:" + receiver.otlpPort())
        .contains("VIGIA_COLLECTOR");
  }

  private static Span span(Span.SpanKind kind) {
    return receiver.spans.stream().filter(span -> span.getKind() == kind).findFirst().orElseThrow();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
