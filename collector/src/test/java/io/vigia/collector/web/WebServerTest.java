package io.vigia.collector.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.DestinationStatus.Circuit;
import io.vigia.collector.core.Signal;
import io.vigia.collector.store.LocalStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SECOND = 1_000_000_000L;

  private final Path directory = temporary();
  private final HttpClient client = HttpClient.newHttpClient();
  private final LocalStore store = LocalStore.builder().directory(directory).build();
  private final PrometheusCollectorMetrics metrics = new PrometheusCollectorMetrics();
  private final WebServer web =
      WebServer.builder()
          .listen(new InetSocketAddress("127.0.0.1", 0))
          .reader(store.reader())
          .metrics(metrics)
          .status(
              () ->
                  List.of(
                      new DestinationStatus(
                          "local",
                          Signal.LOGS,
                          true,
                          10,
                          6,
                          Map.of("mapping", 1L),
                          3,
                          300,
                          2,
                          4,
                          5 * SECOND,
                          Circuit.OPEN,
                          "503")))
          .info(new CollectorInfo("1.2.3", "java -javaagent:x.jar", Map.of("otlp", "a:1"), "/d"))
          .build();

  /** Needed before JUnit could inject one. */
  private static Path temporary() {
    try {
      Path made = Files.createTempDirectory("vigia-web-test");
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  void start() throws Exception {
    store.start();
    DemoData data = new DemoData(store, 1);
    long now = System.currentTimeMillis() * 1_000_000;
    data.metrics(now - 40 * SECOND);
    data.requests(now - 40 * SECOND, now - 10 * SECOND, 10);
    data.metrics(now - 10 * SECOND);
    web.start();
  }

  @AfterAll
  void stop() throws IOException {
    web.close();
    store.close();
    try (var files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    return getFrom(web, path, headers);
  }

  private HttpResponse<String> getFrom(WebServer server, String path, String... headers)
      throws Exception {
    var request =
        java.net.http.HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private JsonNode ask(String path) throws Exception {
    HttpResponse<String> response = get("/api/" + path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private List<String> names(JsonNode array, String field) {
    return array.findValuesAsText(field);
  }

  @Test
  void servicesOperationsMapAndHeatmapAreAnswered() throws Exception {
    assertThat(names(ask("services").path("services"), "service"))
        .containsExactly("classifier", "guestbook");
    assertThat(ask("services?service=guestbook&buckets=5").at("/services/0/sparkRequests"))
        .hasSize(5);
    assertThat(names(ask("operations?service=guestbook").path("operations"), "operation"))
        .contains("GET /lrange/guestbook");
    assertThat(ask("heatmap?service=guestbook&columns=10").path("cells")).isNotEmpty();
    assertThat(names(ask("map").path("nodes"), "name"))
        .containsExactlyInAnyOrder("guestbook", "classifier", "redis");
  }

  @Test
  void aTraceAcrossServicesLeadsToItsLogsAndBack() throws Exception {
    JsonNode hit = ask("traces?service=classifier&limit=1").at("/traces/0");
    assertThat(hit.path("services").properties()).hasSize(2);
    assertThat(hit.path("peers").get(0).asText()).isEqualTo("redis");
    String id = hit.path("traceId").asText();
    JsonNode trace = ask("traces/" + id);
    assertThat(trace.path("spans")).hasSize(5);
    assertThat(trace.at("/spans/0/attributes/http.route").asText()).isNotEmpty();
    assertThat(trace.path("resources").properties()).isNotEmpty();
    JsonNode logs = ask("logs?traceId=" + id).path("logs");
    assertThat(logs.size()).isEqualTo(trace.path("logs").asInt()).isPositive();
    assertThat(names(logs, "traceId")).containsOnly(id);
    assertThat(ask("logs?traceId=" + id + "&toMicros=1").path("logs")).isEmpty();
  }

  @Test
  void metricsOfBothServicesAreAnswered() throws Exception {
    assertThat(names(ask("metrics?service=classifier").path("metrics"), "name"))
        .contains("jvm.memory.used", "classifier_predictions");
    JsonNode lines =
        ask("metrics/query?name=jvm.memory.used&groupBy=service&statistic=max").path("lines");
    assertThat(names(lines, "label")).containsExactlyInAnyOrder("classifier", "guestbook");
    assertThat(ask("metrics/series?name=jvm.memory.used").path("series")).hasSize(4);
  }

  @Test
  void aWrongQuestionIsAnsweredWithWhatIsWrong() throws Exception {
    for (String question :
        List.of("traces?errors=yes", "traces?service=a&service=b", "traces?entry=TRUE")) {
      assertThat(get("/api/" + question).statusCode()).as(question).isEqualTo(400);
    }
    Map<String, Integer> wrong =
        Map.of(
            "services?lookbak=3",
            400,
            "traces?limit=many",
            400,
            "traces?limit=1000000",
            400,
            "heatmap",
            400,
            "traces/xyz",
            400,
            "traces/" + "f".repeat(32),
            404,
            "logs?fromMicros=9&toMicros=3",
            400,
            "nothing",
            404);
    for (Map.Entry<String, Integer> entry : wrong.entrySet()) {
      HttpResponse<String> response = get("/api/" + entry.getKey());
      assertThat(response.statusCode()).as(entry.getKey()).isEqualTo(entry.getValue());
      assertThat(JSON.readTree(response.body()).path("error").asText()).isNotEmpty();
    }
    assertThat(get("/api/services?lookbak=3").body()).contains("lookbak", "lookbackSeconds");
  }

  @Test
  void everyQuestionToACollectorWithoutAStoreIsAnsweredWithWhatToDo() throws Exception {
    WebServer without = WebServer.builder().listen(new InetSocketAddress("127.0.0.1", 0)).build();
    without.start();
    try {
      for (String question :
          List.of("services", "map", "heatmap", "traces/1", "logs/facets", "metrics/query")) {
        HttpResponse<String> response = getFrom(without, "/api/" + question);
        assertThat(response.statusCode()).as(question).isEqualTo(404);
        assertThat(response.body()).as(question).contains("add the destination 'local'");
      }
    } finally {
      without.close();
    }
  }

  @Test
  void statusShowsTheLedgerAndTheStore() throws Exception {
    JsonNode status = ask("status");
    assertThat(status.at("/destinations/0/balanced").asBoolean()).isTrue();
    assertThat(status.at("/destinations/0/lastError").asText()).isEqualTo("503");
    assertThat(status.at("/store/bytes").asLong()).isPositive();
    assertThat(status.path("startedUnixMillis").asLong())
        .as("the process, whose page may be switched on, or changed, while it runs")
        .isEqualTo(ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli());
    assertThat(ask("info").path("attachLine").asText()).isEqualTo("java -javaagent:x.jar");
  }

  @Test
  void metricsPageHasTheLedgerAndWhatWasCounted() throws Exception {
    metrics.accepted("otlp/grpc", Signal.LOGS, 7, 100, 2_000_000);
    metrics.synced(Signal.LOGS, 1_000_000, 3, 100);
    String page = get("/metrics").body();
    assertThat(page)
        .contains(
            "vigia_destination_accepted_items_total{destination=\"local\",signal=\"logs\"} 10.0",
            "vigia_destination_delivered_items_total{destination=\"local\",signal=\"logs\"} 6.0",
            "vigia_destination_dropped_items_total{destination=\"local\",reason=\"mapping\",signal=\"logs\"} 1.0",
            "vigia_destination_pending_items{destination=\"local\",signal=\"logs\"} 3.0",
            "vigia_destination_circuit_open{destination=\"local\",signal=\"logs\"} 1.0",
            "vigia_receiver_accepted_items_total{receiver=\"otlp/grpc\",signal=\"logs\"} 7.0",
            "vigia_log_sync_seconds_count{signal=\"logs\"} 1",
            "vigia_store_bytes");
  }

  @Test
  void thePageIsServedUnderAStrictPolicyAndRevalidated() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("/app.mjs").doesNotContain("<script>").doesNotContain("http");
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self';")
        .doesNotContain("unsafe");
    String tag = page.headers().firstValue("etag").orElseThrow();
    assertThat(get("/", "If-None-Match", tag).statusCode()).isEqualTo(304);
    for (String file :
        List.of("/app.mjs", "/style.css", "/vendor/preact.mjs", "/vendor/uPlot.LICENSE")) {
      assertThat(get(file).statusCode()).as(file).isEqualTo(200);
    }
    for (String file : List.of("/WebServer.class", "/../core/Batch.class", "/vendor/", "/x.html")) {
      assertThat(get(file).statusCode()).as(file).isEqualTo(404);
    }
  }

  @Test
  void otherSitesAndForeignNamesAreRefused() throws Exception {
    assertThat(get("/api/services", "Origin", "https://evil.example").statusCode()).isEqualTo(403);
    assertThat(get("/api/services", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
    assertThat(get("/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate").statusCode())
        .isEqualTo(200);
    String refusal = get("/api/services", "Origin", "https://evil.example").body();
    assertThat(JSON.readTree(refusal).path("error").asText()).contains("other sites");
    String own = "http://127.0.0.1:" + web.address().getPort();
    assertThat(get("/api/services", "Origin", own, "Sec-Fetch-Site", "same-origin").statusCode())
        .isEqualTo(200);
    assertThat(withHost("evil.example:8317")).startsWith("HTTP/1.1 403");
    assertThat(withHost("localhost:8317")).startsWith("HTTP/1.1 200");
    assertThat(withHost("[::1]:8317")).startsWith("HTTP/1.1 200");
  }

  private String withHost(String host) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", web.address().getPort())) {
      String request = "GET /api/info HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Bodies would be held in the memory of what comes in, one for each connection. */
  @Test
  void aBodyIsNotTakenIn() throws Exception {
    var post =
        java.net.http.HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + web.address().getPort() + "/healthz"))
            .POST(BodyPublishers.ofByteArray(new byte[10_000]))
            .build();
    assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
  }

  @Test
  void healthIsAnswered() throws Exception {
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }
}
