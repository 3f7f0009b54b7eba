package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.OrderService;
import io.vigia.agent.programs.Web;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Point 1: upstream's settings keep working. A service is asked for {@code /one} by a caller whose
 * trace is not sampled, for {@code /two} by one whose is, and ends; what the collector received
 * shows what the settings of that row do.
 */
class UpstreamSettingsIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** A parent, without its flag: sampled or not. */
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c803199-b7ad6b7169203331-";

  /** What one service sent, until its end. */
  record Sent(Receiver receiver) {
    List<Span> spans() {
      return receiver.spans;
    }

    String attribute(String key) {
      return spans().stream()
          .flatMap(span -> span.getAttributesList().stream())
          .filter(attribute -> attribute.getKey().equals(key))
          .map(KeyValue::getValue)
          .map(value -> value.hasArrayValue() ? value.getArrayValue().getValues(0) : value)
          .map(AnyValue::getStringValue)
          .findFirst()
          .orElse("none");
    }

    boolean hasMetric(String name) {
      return receiver.metrics.stream().map(Metric::getName).anyMatch(name::equals);
    }

    String resource(String key) {
      return receiver.resources.isEmpty() ? "none" : receiver.resource().getOrDefault(key, "none");
    }
  }

  /** One JVM: several settings whose effects do not meet. */
  record Row(String settings, List<Expected> effects) {
    @Override
    public String toString() {
      return settings;
    }
  }

  record Expected(String what, Predicate<Sent> holds) {}

  private static Row row(String settings, Object... whatAndHolds) {
    List<Expected> effects = new ArrayList<>();
    for (int i = 0; i < whatAndHolds.length; i += 2) {
      @SuppressWarnings("unchecked")
      Predicate<Sent> holds = (Predicate<Sent>) whatAndHolds[i + 1];
      effects.add(new Expected((String) whatAndHolds[i], holds));
    }
    return new Row(settings, effects);
  }

  private static Predicate<Sent> that(Predicate<Sent> holds) {
    return holds;
  }

  static Stream<Row> rows() {
    return Stream.of(
        // what is sent, and as whom
        row(
            "otel.traces.exporter=none otel.logs.exporter=otlp otel.service.name=shop"
                + " otel.resource.attributes=deployment.environment.name=test,team=blue"
                + " otel.resource.disabled.keys=process.pid otel.metric.export.interval=300"
                + " otel.instrumentation.runtime-telemetry.enabled=false"
                + " otel.blrp.schedule.delay=100",
            "no traces",
            that(sent -> sent.spans().isEmpty()),
            "logs by OTLP",
            that(sent -> sent.receiver().otlpLogs.size() >= 2),
            "no logs by forward",
            that(sent -> sent.receiver().logs().isEmpty()),
            "service name",
            that(sent -> sent.resource("service.name").equals("shop")),
            "resource attribute",
            that(sent -> sent.resource("team").equals("blue")),
            "disabled key",
            that(sent -> sent.resource("process.pid").equals("none")),
            "interval",
            that(sent -> sent.receiver().metricExports.size() >= 2),
            "no runtime metrics",
            that(sent -> !sent.hasMetric("jvm.memory.used")),
            "HTTP metrics",
            that(sent -> sent.hasMetric("http.server.request.duration"))),
        // how much of it
        row(
            "otel.metrics.exporter=none otel.logs.exporter=none otel.bsp.schedule.delay=100"
                + " otel.attribute.value.length.limit=6"
                + " otel.instrumentation.http.server.capture-request-headers=x-customer"
                + " otel.instrumentation.http.known-methods=POST"
                + " otel.java.enabled.resource.providers="
                + "io.opentelemetry.instrumentation.resources.HostResourceProvider",
            "no metrics",
            that(sent -> sent.receiver().metrics.isEmpty()),
            "no logs",
            that(sent -> sent.receiver().logs().isEmpty()),
            "header",
            that(sent -> sent.attribute("http.request.header.x-customer").equals("c-4200")),
            "known methods",
            that(sent -> sent.attribute("http.request.method").equals("_OTHER")),
            "limit",
            that(sent -> sent.attribute("user_agent.original").length() == 6),
            "providers",
            that(sent -> sent.resource("process.runtime.name").equals("none"))),
        // which of it
        row(
            "otel.instrumentation.java-http-server.enabled=false otel.metric.export.interval=300"
                + " otel.instrumentation.logback-appender.enabled=false",
            "no server spans",
            that(sent -> sent.spans().isEmpty()),
            "no HTTP metrics",
            that(sent -> !sent.hasMetric("http.server.request.duration")),
            "no log events",
            that(sent -> sent.receiver().logs().isEmpty()),
            "JVM metrics",
            that(sent -> sent.hasMetric("jvm.memory.used"))),
        row(
            "otel.instrumentation.common.default-enabled=false otel.bsp.schedule.delay=100"
                + " otel.instrumentation.java-http-server.enabled=true"
                + " otel.traces.sampler=parentbased_always_off",
            "not the others",
            that(sent -> sent.spans().size() == 1),
            "span of the sampled parent",
            that(sent -> sent.attribute("url.path").equals("/two")),
            "no log events",
            that(sent -> sent.receiver().logs().isEmpty())),
        row(
            "otel.traces.sampler=always_on otel.bsp.schedule.delay=100"
                + " otel.span.attribute.count.limit=3 otel.propagators=none",
            "spans",
            that(sent -> sent.spans().size() >= 2),
            "not more attributes",
            that(sent -> sent.spans().stream().allMatch(span -> span.getAttributesCount() == 3)),
            "what was dropped",
            that(sent -> sent.spans().get(0).getDroppedAttributesCount() > 0)),
        row(
            "otel.traces.sampler=traceidratio otel.traces.sampler.arg=0 otel.sdk.disabled=false",
            "no spans",
            that(sent -> sent.spans().isEmpty()),
            "log events",
            that(sent -> sent.receiver().logs().size() >= 2)),
        row(
            "otel.sdk.disabled=true",
            "nothing at all",
            that(
                sent ->
                    sent.spans().isEmpty()
                        && sent.receiver().logs().isEmpty()
                        && sent.receiver().metrics.isEmpty())));
  }

  private static boolean holds(Expected effect, Sent sent) {
    return effect.holds().test(sent);
  }

  private static void get(String url, String flag) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("traceparent", PARENT + flag)
            .header("x-customer", "c-420042")
            .build();
    assertThat(CLIENT.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void settingOfUpstreamHasItsEffect(Row row) throws Exception {
    try (Receiver receiver = Receiver.start()) {
      Jvm.Builder builder = Jvm.of(Web.class, "logback", "slf4j-api").sendingTo(receiver);
      for (String setting : row.settings().split(" ")) {
        builder.option("-D" + setting);
      }
      try (Jvm web = builder.start()) {
        String base = "http://127.0.0.1:" + web.await("port");
        get(base + "/one", "00");
        get(base + "/two", "01");
        Sent sent = new Sent(receiver);
        // those that show something, before the end; those that show nothing, after it
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    row.effects().stream()
                        .filter(effect -> !effect.what().startsWith("no"))
                        .allMatch(effect -> holds(effect, sent)));
        get(base + "/quit", "00");
        assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
        assertThat(row.effects())
            .allSatisfy(
                effect ->
                    assertThat(holds(effect, sent)).as(effect.what() + web.output()).isTrue());
      }
    }
  }

  @Test
  void configurationInYamlIsFollowedAndKeptFromLoss(@TempDir Path directory) throws Exception {
    Path spill = directory.resolve("spill");
    try (Receiver receiver = Receiver.start()) {
      Path yaml = yaml(directory, receiver, "");
      receiver.answering(503);
      try (Jvm away = byYaml(yaml).spillingTo(spill).start()) {
        assertThat(away.exitCode(Duration.ofSeconds(60))).as(away.output()).isZero();
        assertThat(away.output()).doesNotContain("failed to start");
      }
      receiver.answering(200);
      try (Jvm next = byYaml(yaml).spillingTo(spill).argument("told").start()) {
        next.awaitUnlessEnded(
            () -> receiver.spans.size() >= 4 && receiver.metric("orders").isPresent());
        next.endWell();
        assertThat(receiver.spans).as(next.output()).hasSize(4);
        assertThat(receiver.metric("orders")).as(next.output()).isPresent();
      }
    }
  }

  /** What of ours is not in it is said. */
  @Test
  void secretsDoNotLeaveByAConfigurationInYamlAndTheServiceHasItsName(@TempDir Path directory)
      throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .option("-Dotel.config.file=" + yaml(directory, receiver, ""))
                .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/login?password=hunter2", "01");
      web.awaitUnlessEnded(
          () ->
              !receiver.spans.isEmpty()
                  && receiver.otlpLogs.size() >= 2
                  && receiver.metrics.toString().contains("password="));
      get(base + "/quit", "00");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(receiver.spans.toString()).contains("[redacted]").doesNotContain("hunter2");
      assertThat(receiver.otlpLogs.toString()).contains("[redacted]").doesNotContain("hunter2");
      assertThat(receiver.metrics.toString()).contains("[redacted]").doesNotContain("hunter2");
      assertThat(receiver.resource())
          .containsEntry("service.name", Web.class.getName())
          .containsKey("service.instance.id");
      assertThat(web.output())
          .contains(
              ": service \""
                  + Web.class.getName()
                  + "\" (from main class); what is sent, and where,"
                  + " is as otel.config.file says");
    }
  }

  @Test
  void headersOfOtherTracersAreReadByAConfigurationInYaml(@TempDir Path directory)
      throws Exception {
    String propagator = "propagator: {composite: [{tracecontext: {}}]}\n";
    try (Receiver receiver = Receiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .option("-Dotel.config.file=" + yaml(directory, receiver, propagator))
                .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      CLIENT.send(
          HttpRequest.newBuilder(URI.create(base + "/one"))
              .header("b3", "0af7651916cd43dd8448eb211c803199-b7ad6b7169203331-1")
              .build(),
          BodyHandlers.discarding());
      web.awaitUnlessEnded(() -> !receiver.spans.isEmpty());
      get(base + "/quit", "00");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(receiver.spans)
          .anySatisfy(
              span ->
                  assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
                      .isEqualTo("0af7651916cd43dd8448eb211c803199"));
    }
  }

  @Test
  void nameInAConfigurationInYamlGoesFirst(@TempDir Path directory) throws Exception {
    String resource =
        """
        resource:
          attributes:
            - {name: service.name, value: shop}
            - {name: service.instance.id, value: shop-1}
        """;
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            byYaml(yaml(directory, receiver, resource))
                .environment("OTEL_SERVICE_NAME", "other")
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.resource())
          .containsEntry("service.name", "shop")
          .containsEntry("service.instance.id", "shop-1");
      assertThat(jvm.output()).contains(": service \"shop\" (from otel.config.file)");
    }
  }

  /** What waits for the one is not handed over to the other. */
  @Test
  void ofTwoBackendsInAConfigurationInYamlEachHasEverySpanOnce(@TempDir Path directory)
      throws Exception {
    try (Receiver first = Receiver.start().answering(503);
        Receiver second = Receiver.start()) {
      Path yaml = yaml(directory, second, "");
      String processors = "processors:\n";
      Files.writeString(
          yaml,
          Files.readString(yaml)
              .replaceFirst(
                  processors,
                  processors
                      + "    - batch: {schedule_delay: 200, exporter: {otlp_http: {endpoint:"
                      + " \"http://127.0.0.1:%d/v1/traces\"}}}\n".formatted(first.otlpPort())));
      try (Jvm jvm = byYaml(yaml).spillingTo(directory.resolve("spill")).argument("told").start()) {
        jvm.awaitUnlessEnded(
            () -> second.spans.size() >= 2 && jvm.output().contains("does not take"));
        first.answering(200);
        jvm.awaitUnlessEnded(() -> first.spans.size() >= 2 || second.spans.size() > 2);
        jvm.endWell();
        assertThat(first.spans).as(jvm.output()).hasSize(2);
        assertThat(second.spans).as(jvm.output()).hasSize(2);
      }
    }
  }

  static Path yaml(Path directory, Receiver receiver, String more) throws IOException {
    return Files.writeString(
        directory.resolve("otel.yaml"),
        """
        file_format: "1.0"
        tracer_provider:
          processors:
            - batch:
                schedule_delay: 200
                exporter: {otlp_http: {endpoint: "http://127.0.0.1:%1$d/v1/traces"}}
        logger_provider:
          processors:
            - batch:
                schedule_delay: 200
                exporter: {otlp_http: {endpoint: "http://127.0.0.1:%1$d/v1/logs"}}
        meter_provider:
          readers:
            - periodic:
                interval: 500
                exporter: {otlp_http: {endpoint: "http://127.0.0.1:%1$d/v1/metrics"}}
        """
                .formatted(receiver.otlpPort())
            + more);
  }

  private static Jvm.Builder byYaml(Path file) {
    return Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
        .option("-Dotel.config.file=" + file);
  }
}
