package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as the query API does. */
class EvidenceTest {
  private static final String TRACE =
      """
      {"traceId": "t1", "spans": [
        {"spanId": "1", "parentSpanId": "", "service": "guestbook", "kind": "SERVER", "name": "POST /entries", "offsetNanos": 0, "durationNanos": 9000000, "attributes": {}},
        {"spanId": "2", "parentSpanId": "1", "service": "classifier", "kind": "SERVER", "name": "POST /predict", "offsetNanos": 1, "durationNanos": 5000000, "attributes": {}},
        {"spanId": "3", "parentSpanId": "1", "service": "guestbook", "kind": "CLIENT", "name": "RPUSH", "offsetNanos": 2, "durationNanos": 1000000, "attributes": {"db.system": "redis"}}]}
      """;

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private HttpServer server;
  private Evidence evidence;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    evidence =
        new Evidence(new QueryApi(new Http(), "http://127.0.0.1:" + server.getAddress().getPort()));
    answers.put(
        "/api/services",
        "{\"services\": [" + service("guestbook") + "," + service("classifier") + "]}");
    answers.put(
        "/api/traces",
        "{\"traces\": [{\"traceId\": \"t1\", \"services\": {\"guestbook\": 2, \"classifier\": 1}}]}");
    answers.put("/api/traces/t1", TRACE);
    answers.put("/api/logs", "{\"logs\": [" + log("guestbook") + "," + log("classifier") + "]}");
    answers.put(
        "/api/metrics",
        "{\"metrics\": [{\"name\": \"jvm.memory.used\"}, {\"name\": \"http.server.request.duration\"},"
            + " {\"name\": \"guestbook_entries_total\"}, {\"name\": \"classifier_predictions_total\"}]}");
    answers.put(
        "/api/status",
        "{\"destinations\": ["
            + ledger("traces", 5)
            + ","
            + ledger("logs", 5)
            + ","
            + ledger("metrics", 5)
            + "]}");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void everythingSeenIsReported() {
    assertThat(evidence.look()).isEmpty();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    evidence.report(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            "guestbook      10 requests",
            "p99 3.0 ms",
            "Trace t1, 3 spans",
            "  classifier  POST /predict")
        .contains("INFO  guestbook  entry 1 written")
        .contains("local traces  accepted 10 = delivered 5 + dropped 2 + pending 3");
  }

  @Test
  void eachMissingThingIsNamed() {
    answers.clear();
    for (String path : new String[] {"services", "traces", "logs", "metrics"}) {
      answers.put("/api/" + path, "{\"" + path + "\": []}");
    }
    answers.put("/api/status", "{\"destinations\": []}");

    assertThat(evidence.look())
        .hasSize(9)
        .contains("log lines of that trace", "metrics of guestbook (JVM, HTTP server, its own)");
  }

  @Test
  void traceMustCrossAllThree() {
    answers.put("/api/traces/t1", TRACE.replace("redis", "mysql"));

    assertThat(evidence.look())
        .containsExactly(
            "a trace across guestbook, Redis and classifier", "log lines of that trace");
  }

  @Test
  void ledgerThatDoesNotAddUpIsMissing() {
    answers.put(
        "/api/status",
        "{\"destinations\": ["
            + ledger("traces", 5)
            + ","
            + ledger("logs", 6)
            + ","
            + ledger("metrics", 5)
            + "]}");

    assertThat(evidence.look())
        .singleElement()
        .asString()
        .startsWith("accepted = delivered + dropped + pending");
  }

  @Test
  void answerThatIsAnErrorIsTold() {
    answers.remove("/api/metrics");

    assertThat(evidence.look())
        .hasSize(2)
        .allSatisfy(what -> assertThat(what).contains("answered 404"));
  }

  private static String service(String name) {
    return "{\"service\": \"%s\", \"requests\": 10, \"errors\": 0, \"requestsPerSecond\": 1.5, \"p50Nanos\": 1000000, \"p95Nanos\": 2000000, \"p99Nanos\": 3000000}"
        .formatted(name);
  }

  private static String log(String service) {
    return "{\"timeUnixMicros\": 0, \"service\": \"%s\", \"level\": \"INFO\", \"body\": \"entry 1 written\", \"traceId\": \"t1\"}"
        .formatted(service);
  }

  private static String ledger(String signal, int delivered) {
    return "{\"destination\": \"local\", \"signal\": \"%s\", \"accepted\": 10, \"delivered\": %d, \"dropped\": {\"invalid\": 2}, \"pending\": 3}"
        .formatted(signal, delivered);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = answers.get(exchange.getRequestURI().getPath());
    byte[] bytes = (body == null ? "{\"error\": \"no\"}" : body).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
