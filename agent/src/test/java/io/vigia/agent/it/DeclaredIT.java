package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.vigia.agent.programs.LargeSpans;
import io.vigia.agent.programs.OrderService;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Point 1: what a configuration in YAML says is done; what it leaves open is filled in; what a
 * setting of ours asks for besides is added.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeclaredIT {

  private static final String TRACES =
      """
      tracer_provider:
        processors:
          - batch: {schedule_delay: 200, exporter: %s}
      """;

  private static final String LOGS =
      """
      logger_provider:
        processors:
          - batch: {schedule_delay: 200, exporter: %s}
      """;

  private static final String METRICS =
      """
      meter_provider:
        readers:
          - periodic: {interval: 500, exporter: %s}
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Way.class)
  void exporterWithoutAnAddressSendsToTheCollector(Way way) throws Exception {
    String exporter = way == Way.HTTP ? "{otlp_http: {}}" : "{otlp_grpc: {}}";
    try (Receiver receiver = Receiver.start(way);
        Jvm jvm =
            orders((TRACES + LOGS + METRICS).replace("%s", exporter))
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + receiver.otlpPort())
                // as upstream has it, variables of its own do not count beside a file
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
                .start()) {
      jvm.awaitUnlessEnded(
          () ->
              receiver.spans.size() >= 2
                  && receiver.otlpLogs.size() >= 3
                  && receiver.metric("orders").isPresent());
      jvm.awaitUnlessEnded(() -> jvm.output().contains(": service "));
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.otlpLogs).as(jvm.output()).hasSize(3);
      assertThat(receiver.metric("orders")).as(jvm.output()).isPresent();
      assertThat(jvm.output())
          .contains(
              "is as otel.config.file says; metrics, logs, traces without an address there go")
          .contains("to http://127.0.0.1:" + receiver.otlpPort() + " (from VIGIA_COLLECTOR)");
    }
  }

  @Test
  void addressInTheFileGoesFirst() throws Exception {
    try (Receiver named = Receiver.start();
        Receiver collector = Receiver.start();
        Jvm jvm = orders(TRACES.formatted(to(named))).sendingTo(collector).start()) {
      jvm.awaitUnlessEnded(() -> named.spans.size() >= 2);
      jvm.endWell();
      assertThat(named.spans).as(jvm.output()).hasSize(2);
      assertThat(collector.spans).isEmpty();
      assertThat(collector.samplingQueries).isEmpty();
      assertThat(named.samplingQueries).isEmpty();
    }
  }

  @Test
  void collectorSaysHowMuchToTraceWhereTheFileDoesNot() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            orders(TRACES.formatted("{otlp_http: {}}"))
                .sendingTo(receiver)
                .environment("OTEL_SERVICE_NAME", "shop")
                .start()) {
      jvm.awaitUnlessEnded(() -> !receiver.samplingQueries.isEmpty());
      jvm.endWell();
      assertThat(receiver.samplingQueries).contains("service=shop");
    }
  }

  @Test
  void samplerInTheFileGoesFirst() throws Exception {
    String sampler = "  sampler: {parent_based: {root: {always_on: {}}}}\n";
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            orders(TRACES.formatted("{otlp_http: {}}") + sampler).sendingTo(receiver).start()) {
      jvm.awaitUnlessEnded(() -> receiver.spans.size() >= 2);
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.samplingQueries).isEmpty();
    }
  }

  @Test
  void logEventsLeaveByForwardWhenThatIsAskedForAndTheFileSaysNothingOfLogs() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm asked = orders("").sendingTo(receiver).environment("VIGIA_LOGS", "forward").start()) {
      asked.awaitUnlessEnded(() -> receiver.logs().size() >= 3);
      asked.endWell();
      assertThat(receiver.logs()).as(asked.output()).hasSize(3);
    }
    try (Receiver receiver = Receiver.start();
        Jvm unasked = orders("").sendingTo(receiver).start()) {
      unasked.endWell();
      assertThat(receiver.logs()).as(unasked.output()).isEmpty();
    }
  }

  @Test
  void logEventsLeaveOnceAsTheFileSays() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            orders(LOGS.formatted("{otlp_http: {}}"))
                .sendingTo(receiver)
                .environment("VIGIA_LOGS", "forward")
                .start()) {
      jvm.awaitUnlessEnded(() -> receiver.otlpLogs.size() >= 3);
      jvm.awaitUnlessEnded(() -> jvm.output().contains("vigia.logs=forward is not followed"));
      jvm.endWell();
      assertThat(receiver.otlpLogs).as(jvm.output()).hasSize(3);
      assertThat(receiver.logs()).as(jvm.output()).isEmpty();
    }
  }

  @Test
  void endpointForPrometheusIsThereBesidesWhatTheFileSays() throws Exception {
    int port = freePort();
    try (Jvm jvm = orders("").environment("VIGIA_PROMETHEUS", Integer.toString(port)).start()) {
      HttpRequest scrape =
          HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics")).build();
      jvm.await("answered");
      String text =
          await()
              .atMost(Duration.ofSeconds(60))
              .ignoreException(ConnectException.class)
              .until(
                  () -> HttpClient.newHttpClient().send(scrape, BodyHandlers.ofString()).body(),
                  body -> body.contains("orders_total"));
      jvm.endWell();
      assertThat(text.lines().filter(line -> line.startsWith("orders_total{"))).hasSize(1);
    }
  }

  /** Upstream's variables do not count, and may be what the file puts in. */
  @Test
  void settingsOfOursThatNobodyKnowsAreNamed() throws Exception {
    try (Jvm jvm =
        orders("resource: {attributes: [{name: team, value: \"${OTEL_TEAM}\"}]}\n")
            .environment("VIGIA_PROMETHEUSS", "9464")
            .environment("OTEL_TEAM", "blue")
            .start()) {
      jvm.endWell();
      assertThat(jvm.output())
          .containsOnlyOnce("VIGIA_PROMETHEUSS; did you mean VIGIA_PROMETHEUS?")
          .doesNotContain("unknown environment variable OTEL_TEAM");
    }
  }

  /** It would be known to somebody else, and take the place of what that one asks for. */
  @Test
  void collectorsTokenIsNotForABackendWithHeadersOfItsOwn() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "ours");
    try (Receiver other = Receiver.start();
        Receiver collector = Receiver.start()) {
      String theirs = ", headers: [{name: Authorization, value: theirs}]}}";
      String both =
          TRACES.formatted("{otlp_http: {}}")
              + "    - batch: {schedule_delay: 200, exporter: "
              + to(other).replace("}}", theirs)
              + "}\n";
      try (Jvm jvm =
          orders(both)
              .sendingTo(collector)
              .environment("VIGIA_TOKEN_FILE", token.toString())
              .start()) {
        jvm.awaitUnlessEnded(() -> other.spans.size() >= 2 && collector.spans.size() >= 2);
        jvm.endWell();
        assertThat(collector.authorizations).as(jvm.output()).containsOnly("Bearer ours");
        assertThat(other.authorizations).as(jvm.output()).containsOnly("theirs");
      }
    }
  }

  /** 200 MB of spans: more than fit in memory, and more than a small queue has places. */
  @ParameterizedTest
  @ValueSource(ints = {100_000, 10})
  void spansBeyondTheQueueAreDroppedCountedAndReported(int places) throws Exception {
    String size = "batch: {max_queue_size: " + places + ", max_export_batch_size: 5, ";
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(LargeSpans.class, "opentelemetry-api", "opentelemetry-context", "jspecify")
                .option(
                    "-Dotel.config.file="
                        + yaml(
                            (TRACES + METRICS)
                                .replace("batch: {", size)
                                .replace("%s", "{otlp_http: {}}")))
                .sendingTo(receiver)
                .option("-Xmx96m")
                .argument("told")
                .start()) {
      QueuesIT.assertSentOrCounted(jvm, receiver);
    }
  }

  @Test
  void metricsHaveTheFormThatTheCollectorAsksForWhereTheFileDoesNotSay() throws Exception {
    Metric latency = latency("{otlp_http: {}}");
    assertThat(latency.getExponentialHistogram().getAggregationTemporality())
        .as(latency.toString())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
  }

  @Test
  void formOfMetricsInTheFileGoesFirst() throws Exception {
    String said =
        "temporality_preference: cumulative,"
            + " default_histogram_aggregation: explicit_bucket_histogram";
    Metric latency = latency("{otlp_http: {" + said + "}}");
    assertThat(latency.getHistogram().getAggregationTemporality())
        .as(latency.toString())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
  }

  private Metric latency(String exporter) throws Exception {
    String name = "http.client.request.duration";
    try (Receiver receiver = Receiver.start()) {
      receiver.metricsForm = "{\"temporality\":\"delta\",\"histograms\":\"exponential\"}";
      try (Jvm jvm =
          orders(METRICS.formatted(exporter))
              .sendingTo(receiver)
              // so that a slow machine is no reason
              .environment("VIGIA_METRICS_FORM_MILLIS", "60000")
              .start()) {
        jvm.awaitUnlessEnded(() -> receiver.metric(name).isPresent());
        jvm.endWell();
        return receiver.metric(name).orElseThrow();
      }
    }
  }

  private static String to(Receiver receiver) {
    return "{otlp_http: {endpoint: \"http://127.0.0.1:" + receiver.otlpPort() + "/v1/traces\"}}";
  }

  private Jvm.Builder orders(String parts) throws IOException {
    return Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
        .option("-Dotel.config.file=" + yaml(parts))
        .argument("told");
  }

  private Path yaml(String parts) throws IOException {
    Path yaml = Files.createTempFile(directory, "otel", ".yaml");
    return Files.writeString(yaml, "file_format: \"1.0\"\n" + parts);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
