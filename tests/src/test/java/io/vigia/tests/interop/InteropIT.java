package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.TlsFiles;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every event of other people's clients arrives as they meant it, in the clear and with TLS. */
class InteropIT {
  private static final int COUNT = 200;

  @TempDir private static Path folder;
  private static TlsFiles tls;
  private static FakeElasticsearch sink;
  private static CollectorProcess plain;
  private static CollectorProcess secure;

  @BeforeAll
  static void start() throws Exception {
    tls = TlsFiles.make(folder);
    sink = new FakeElasticsearch();
    String destination = "elasticsearch: {url: \"" + sink.url() + "\"}";
    plain =
        CollectorProcess.builder()
            .destination(destination)
            .destination("prometheus: {listen: \"127.0.0.1:0\"}") // so that metrics are taken
            .build()
            .start();
    secure =
        CollectorProcess.builder()
            .destination(destination)
            .otlpTls(tls.certificate(), tls.key())
            .build()
            .start();
  }

  @AfterAll
  static void stop() {
    plain.close();
    secure.close();
    sink.close();
  }

  private static String grpc(CollectorProcess collector) {
    return "localhost:" + collector.otlpGrpcPort();
  }

  private static String http(CollectorProcess collector) {
    return "localhost:" + URI.create(collector.otlpHttpUrl()).getPort();
  }

  private static double accepted(CollectorProcess collector, String signal) {
    return collector.metrics().sum("vigia_receiver_accepted_items_total", "signal", signal);
  }

  private static void assertArrived(String prefix) {
    List<String> expected = IntStream.range(0, COUNT).mapToObj(i -> prefix + i).toList();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(sink.messages())
                    .filteredOn(message -> message.startsWith(prefix))
                    .containsExactlyInAnyOrderElementsOf(expected));
  }

  /** A document for each span, and for each log if there are any, says what the client says. */
  private static void assertArrivedAsSent(List<SentEvent> sent, boolean withLogs) {
    assertThat(sent).hasSize(COUNT);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              Map<String, List<JsonNode>> named = SentEvent.by("span.name", sink.documents());
              Map<String, List<JsonNode>> said = SentEvent.by("message", sink.documents());
              for (SentEvent event : sent) {
                List<JsonNode> spans = named.getOrDefault(event.name(), List.of());
                List<JsonNode> logs = said.getOrDefault(event.name(), List.of());
                assertThat(spans).as("spans of %s", event).hasSize(1);
                assertThat(logs).as("logs of %s", event).hasSize(withLogs ? 1 : 0);
                spans.forEach(event::assertIn);
                logs.forEach(event::assertIn);
              }
            });
  }

  /** The field {@code n} beside the message is its number. */
  private static void assertNumbered(String prefix) {
    Map<String, List<JsonNode>> said = SentEvent.by("message", sink.documents());
    for (int i = 0; i < COUNT; i++) {
      JsonNode document = said.getOrDefault(prefix + i, List.of()).get(0);
      assertThat(SentEvent.label(document, "n")).as("%s", document).isEqualTo("" + i);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void pythonSdk(String kind) {
    Tool.PYTHON.assume();
    double before = accepted(plain, "traces");
    String said =
        Tool.PYTHON.succeeds(
            Tool.script("otel.py"),
            kind,
            kind.equals("grpc") ? grpc(plain) : http(plain),
            "" + COUNT);
    assertArrivedAsSent(SentEvent.of(said), /* withLogs= */ true);
    assertThat(accepted(plain, "traces") - before).isEqualTo(COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void pythonSdkWithTls(String kind) {
    Tool.PYTHON.assume();
    String said =
        Tool.PYTHON.succeeds(
            Tool.script("otel.py"),
            kind,
            kind.equals("grpc") ? grpc(secure) : http(secure),
            "" + COUNT,
            tls.certificate().toString());
    assertThat(said).doesNotContain("rror");
    assertArrivedAsSent(SentEvent.of(said), /* withLogs= */ true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void nodeSdk(String kind) {
    Tool.NODE.assume();
    double before = accepted(plain, "traces");
    String said =
        Tool.NODE.succeeds(
            Tool.script("otel.js"),
            kind,
            kind.equals("grpc") ? grpc(plain) : http(plain),
            "" + COUNT);
    assertArrivedAsSent(SentEvent.of(said), /* withLogs= */ false);
    assertThat(accepted(plain, "traces") - before).isEqualTo(COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void javaSdk(String kind) {
    double before = accepted(plain, "traces");
    List<SentEvent> sent =
        JavaSdk.send(kind, kind.equals("grpc") ? grpc(plain) : http(plain), COUNT);
    assertArrivedAsSent(sent, /* withLogs= */ true);
    assertThat(accepted(plain, "traces") - before).isEqualTo(COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void goSdk(String kind) {
    Tool.GO.assume();
    double before = accepted(plain, "traces");
    String said =
        Tool.GO.succeeds(kind, kind.equals("grpc") ? grpc(plain) : http(plain), "" + COUNT);
    assertThat(accepted(plain, "traces") - before).isEqualTo(COUNT);
    assertArrivedAsSent(SentEvent.of(said), /* withLogs= */ false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void goSdkWithTls(String kind) {
    Tool.GO.assume();
    double before = accepted(secure, "traces");
    String said =
        Tool.GO.succeeds(
            kind,
            kind.equals("grpc") ? grpc(secure) : http(secure),
            "" + COUNT,
            tls.certificate().toString());
    assertThat(accepted(secure, "traces") - before).isEqualTo(COUNT);
    assertArrivedAsSent(SentEvent.of(said), /* withLogs= */ false);
  }

  @Test
  void goSdkForMetrics() {
    Tool.GO.assume();
    double before = accepted(plain, "metrics");
    Tool.GO.succeeds("metrics", grpc(plain), "" + COUNT);
    assertThat(accepted(plain, "metrics") - before).isEqualTo(COUNT);
  }

  @Test
  void fluentLoggerForGo() {
    Tool.GO.assume();
    Tool.GO.succeeds("fluent", "" + plain.forwardPort(), "" + COUNT);
    assertArrived("fluent-logger-go ");
  }

  @Test
  void fluentLoggerForPython() {
    Tool.PYTHON.assume();
    Tool.PYTHON.succeeds(Tool.script("fluent_logger.py"), "" + plain.forwardPort(), "" + COUNT);
    assertArrived("fluent-logger-python ");
    assertNumbered("fluent-logger-python ");
  }

  @Test
  void fluentLoggerForNode() {
    Tool.NODE.assume();
    Tool.NODE.succeeds(Tool.script("fluent_logger.js"), "" + plain.forwardPort(), "" + COUNT);
    assertArrived("fluent-logger-node ");
    assertNumbered("fluent-logger-node ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"traces", "metrics", "logs"})
  void telemetrygenOverGrpc(String signal) {
    Tool.TELEMETRYGEN.assume();
    double before = accepted(plain, signal);
    Tool.TELEMETRYGEN.succeeds(
        signal,
        "--rate",
        "0",
        "--otlp-endpoint",
        grpc(plain),
        "--otlp-insecure",
        "--" + signal,
        "" + COUNT);
    assertThat(accepted(plain, signal) - before).isGreaterThanOrEqualTo(COUNT);
  }

  @Test
  void telemetrygenWithTls() {
    Tool.TELEMETRYGEN.assume();
    double before = accepted(secure, "logs");
    Tool.TELEMETRYGEN.succeeds(
        "logs",
        "--rate",
        "0",
        "--otlp-endpoint",
        grpc(secure),
        "--ca-cert",
        tls.certificate().toString(),
        "--logs",
        "" + COUNT);
    assertThat(accepted(secure, "logs") - before).isEqualTo(COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h1", "h2c", "h2"})
  void h2load(String protocol) throws Exception {
    Tool.H2LOAD.assume();
    Path body = folder.resolve("logs.bin");
    Files.write(body, Otlp.logs("h2load", List.of("h2load " + protocol)).toByteArray());
    String said =
        Tool.H2LOAD.succeeds(
            "-n2000",
            "-c20",
            protocol.equals("h1") ? "--h1" : "-m10",
            "-d",
            body.toString(),
            "-H",
            "content-type: application/x-protobuf",
            (protocol.equals("h2") ? "https://" + http(secure) : "http://" + http(plain))
                + "/v1/logs");
    assertThat(said).contains("2000 succeeded, 0 failed").contains("2000 2xx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge", "--http2"})
  void curl(String protocol) {
    Tool.CURL.assume();
    boolean overTls = protocol.equals("--http2");
    String said =
        Tool.CURL.succeeds(
            "-sS",
            protocol,
            "--cacert",
            tls.certificate().toString(),
            "-H",
            "content-type: application/json",
            "-d",
            "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"curl "
                + protocol
                + "\"}}]}]}]}",
            "-w",
            " %{http_code} %{http_version}",
            (overTls ? "https://" + http(secure) : "http://" + http(plain)) + "/v1/logs");
    assertThat(said).contains("{} 200 " + (protocol.equals("--http1.1") ? "1.1" : "2"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> sink.messages().contains("curl " + protocol));
  }
}
