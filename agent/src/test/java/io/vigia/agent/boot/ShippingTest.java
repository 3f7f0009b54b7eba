package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShippingTest {

  private static final CollectorAddress LOCAL = CollectorAddress.find(name -> null, name -> null);

  private static final Shipping.Reached NOT_ASKED = new Shipping.Reached(Map.of());

  @Test
  void signalThatGoesElsewhereIsNotSaidToGoToTheCollector() {
    Shipping shipping =
        Shipping.of(
            Map.of(
                    "otel.exporter.otlp.traces.endpoint", "https://me:secret@tempo/v1/traces?key=k",
                    "otel.exporter.otlp.metrics.endpoint", "http://mimir:9009/otlp/v1/metrics",
                    "otel.logs.exporter", "none")
                ::get,
            LOCAL);
    assertThat(shipping.signals(NOT_ASKED))
        .isEqualTo(
            "traces by OTLP to https://tempo/v1/traces, metrics by OTLP to"
                + " http://mimir:9009/otlp/v1/metrics, logs not sent");
    assertThat(shipping.byExporter()).as("nothing goes there").doesNotContainKey("otlp");
  }

  /** The collector may be there all the same, and nothing of that signal arrives. */
  @Test
  void ownEndpointOfASignalIsAskedAsItIs() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/take/spans",
        exchange -> {
          boolean hasKey = "key=k%20k".equals(exchange.getRequestURI().getRawQuery());
          exchange.sendResponseHeaders(hasKey ? 200 : 401, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/take/spans";
      Map<String, String> settings =
          Map.of(
              "otel.exporter.otlp.traces.endpoint", url + "?key=k%20k",
              "otel.exporter.otlp.metrics.endpoint", "http://127.0.0.1:1",
              "otel.exporter.otlp.metrics.protocol", "grpc",
              "otel.exporter.otlp.logs.endpoint", "localhost/logs");
      Shipping shipping = Shipping.of(settings::get, LOCAL);
      Shipping.Reached reached = shipping.ask();
      assertThat(shipping.signals(reached))
          .isEqualTo(
              "traces by OTLP to "
                  + url
                  + " (reachable), metrics by OTLP to http://127.0.0.1:1 (connection refused,"
                  + " nothing listens there), logs by OTLP to localhost/logs (it is no URL with"
                  + " http or https)");
      assertThat(reached.isCollectorOk()).as("nothing is for it").isTrue();
      assertThat(reached.isOk()).isFalse();
    } finally {
      server.stop(0);
    }
  }

  /** What it wishes would be done to somebody else's data. */
  @Test
  void collectorIsNotAskedAboutWhatGoesToAnotherBackend() {
    for (String signal : new String[] {"traces", "metrics"}) {
      String own = "otel.exporter.otlp." + signal + ".endpoint";
      for (String other :
          new String[] {"http://localhost:9090/api/v1/otlp", "https://tempo", "?"}) {
        Shipping shipping = Shipping.of(Map.of(own, other)::get, LOCAL);
        assertThat(shipping.canAskForSampling()).as(other).isEqualTo(signal.equals("metrics"));
        assertThat(shipping.areMetricsForAnother()).as(other).isEqualTo(signal.equals("metrics"));
      }
      for (String port : new String[] {"4318/v1/" + signal, "4317"}) {
        Shipping shipping = Shipping.of(Map.of(own, "http://localhost:" + port)::get, LOCAL);
        assertThat(shipping.canAskForSampling()).as(port).isTrue();
        assertThat(shipping.areMetricsForAnother()).as(port).isFalse();
      }
    }
  }

  /** It is asked by HTTP, where that is the port beside; else both would ship. */
  @Test
  void collectorWithTheGrpcPortMayReadStdoutToo() {
    assertThat(byGrpc("c:4317").mayBeReadFromStdout()).isTrue();
    assertThat(byGrpc("c:5317").mayBeReadFromStdout()).isFalse();
  }

  /** Logs leave by OTLP then, and would come twice. */
  @Test
  void collectorWithAnHttpsAddressMayReadStdoutToo() {
    CollectorAddress https =
        CollectorAddress.find(Map.of("vigia.collector", "https://c:4318")::get, name -> null);
    assertThat(Shipping.of(name -> null, https).mayBeReadFromStdout()).isTrue();
    String otherLogs = "otel.exporter.otlp.logs.endpoint";
    assertThat(Shipping.of(Map.of(otherLogs, "https://o")::get, https).mayBeReadFromStdout())
        .isFalse();
    assertThat(Shipping.of(Map.of("otel.logs.exporter", "otlp")::get, https).mayBeReadFromStdout())
        .isFalse();
  }

  /** The SDK, and with it the agent, would not start. */
  @Test
  void wayThatIsAlsoNamedByItselfIsTakenOnce() {
    CollectorAddress https =
        CollectorAddress.find(Map.of("vigia.collector", "https://c:4318")::get, name -> null);
    String logs = "otel.logs.exporter";
    assertThat(Shipping.of(Map.of(logs, "vigia,otlp")::get, https).overrides())
        .containsEntry(logs, "otlp");
    assertThat(Shipping.of(Map.of(logs, "forward,vigia")::get, LOCAL).overrides())
        .containsEntry(logs, "none");
  }

  private static Shipping byGrpc(String collector) {
    return Shipping.of(
        Map.of("otel.exporter.otlp.protocol", "grpc")::get,
        CollectorAddress.find(Map.of("vigia.collector", collector)::get, name -> null));
  }

  /** As upstream's agent by itself; a collector need not speak gRPC where it speaks HTTP. */
  @Test
  void signalOfAnotherProtocolGoesToThatProtocolsPort() {
    Shipping grpc = Shipping.of(Map.of("otel.exporter.otlp.traces.protocol", "grpc")::get, LOCAL);
    assertThat(grpc.overrides())
        .containsEntry("otel.exporter.otlp.traces.endpoint", "http://localhost:4317")
        .doesNotContainKey("otel.exporter.otlp.metrics.endpoint");
    assertThat(grpc.signals(NOT_ASKED))
        .startsWith("traces by OTLP/gRPC to http://localhost:4317, metrics by OTLP/HTTP, ");

    Map<String, String> settings =
        Map.of(
            "otel.exporter.otlp.protocol",
            "grpc",
            "otel.exporter.otlp.metrics.protocol",
            "http/protobuf",
            "vigia.collector",
            "c");
    CollectorAddress address = CollectorAddress.find(settings::get, name -> null);
    Shipping http = Shipping.of(settings::get, address);
    assertThat(http.overrides())
        .containsEntry("otel.exporter.otlp.metrics.endpoint", "http://c:4318/v1/metrics");
    assertThat(http.signals(NOT_ASKED)).contains("metrics by OTLP/HTTP to http://c:4318");
  }

  @Test
  void portThatIsGivenIsForEveryProtocol() {
    Map<String, String> settings =
        Map.of("otel.exporter.otlp.traces.protocol", "grpc", "vigia.collector", "c:5000");
    CollectorAddress address = CollectorAddress.find(settings::get, name -> null);
    Shipping shipping = Shipping.of(settings::get, address);
    assertThat(shipping.overrides()).doesNotContainKey("otel.exporter.otlp.traces.endpoint");
    assertThat(shipping.signals(NOT_ASKED)).startsWith("traces by OTLP/gRPC to http://c:5000, ");
  }

  /** Otherwise they would go to nobody, by forward to this machine. */
  @Test
  void logsGoWhereTheirOwnEndpointSays() {
    Shipping shipping =
        Shipping.of(
            Map.of("otel.exporter.otlp.logs.endpoint", "http://loki:3100/otlp/v1/logs")::get,
            LOCAL);
    assertThat(shipping.isForwarding()).isFalse();
    assertThat(shipping.overrides()).containsEntry("otel.logs.exporter", "otlp");
    assertThat(shipping.byExporter())
        .containsEntry("OTLP to http://loki:3100/otlp/v1/logs", List.of("logs"))
        .containsEntry("otlp", List.of("traces", "metrics"));
  }

  /** As Prometheus: it has no path for traces; and it may want a key that the others do not. */
  @Test
  void backendOfOneSignalIsAskedForThat() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/otlp/v1/metrics",
        exchange -> {
          boolean hasKey = "k".equals(exchange.getRequestHeaders().getFirst("x-key"));
          exchange.sendResponseHeaders(hasKey ? 200 : 401, -1);
          exchange.close();
        });
    server.start();
    System.setProperty("otel.exporter.otlp.metrics.headers", "x-key=k");
    try {
      CollectorAddress address =
          CollectorAddress.find(
              Map.of(
                      "otel.exporter.otlp.endpoint",
                      "http://127.0.0.1:" + server.getAddress().getPort() + "/api/v1/otlp")
                  ::get,
              name -> null);
      Map<String, String> metricsOnly =
          Map.of("otel.traces.exporter", "none", "otel.logs.exporter", "none");
      assertThat(Shipping.of(metricsOnly::get, address).ask().otlp())
          .isNotNull()
          .extracting(Reachability.Result::detail)
          .isEqualTo("reachable");
    } finally {
      System.clearProperty("otel.exporter.otlp.metrics.headers");
      server.stop(0);
    }
  }
}
