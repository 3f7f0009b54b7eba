package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The small programs of the agent's tests (the one with the libraries on the newest JVM that is
 * there, with a real broker for Kafka's clients), without a setting but the address, against a real
 * collector: asserted is what its query API answers. The agent's own tests have a receiver of ours
 * instead, and look closer.
 */
class AgentProgramsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String RANGE = "&lookbackSeconds=3600&limit=1000";

  private static final Path AGENT = Folders.projectRoot().resolve("agent/target");

  /** Beginnings of the names of jars. */
  private static final String[] LIBRARIES = {
    "h2-",
    "jetty-",
    "jakarta.servlet",
    "slf4j-api",
    "slf4j-nop",
    "spring-",
    "reactor-",
    "reactive-",
    "micrometer-",
    "commons-logging",
    "netty-",
    "grpc-",
    "guava-",
    "failureaccess",
    "perfmark",
    "kafka-clients",
    "jspecify"
  };

  @TempDir private Path folder;

  @Test
  void allThreeSignalsOfTheProgramsAreInTheCollectorsStore() throws Exception {
    Jvm newest = Jvm.newest();
    try (CollectorProcess collector =
            CollectorProcess.builder().destination("local: {}").build().start();
        ChildProcess broker = broker();
        ChildProcess libraries =
            program(
                "Libraries",
                collector,
                newest,
                classPath(LIBRARIES),
                "127.0.0.1:" + port(broker),
                "books");
        ChildProcess orders =
            program(
                "OrderService",
                collector,
                Jvm.own(),
                classPath("logback", "slf4j-api", "simpleclient"))) {
      libraries.awaitOutput("\ndone " + newest.feature(), LIMIT);
      orders.awaitOutput("answered 204", LIMIT);
      String taken = "SERVER \"GET /order\" < CLIENT \"GET\"";
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                assertThat(chains(collector, "Libraries").keySet())
                    .contains(
                        "SELECT ? < SERVER \"GET /\" < CLIENT \"GET\"",
                        "SELECT ? AS servlet < SERVER \"GET /shop/shelf/*\" < CLIENT \"GET\"",
                        "SELECT ? AS mvc < SERVER \"GET /mvc/books/{id}\" < CLIENT \"GET\"",
                        "SELECT ? AS grpc < SERVER \"shop.Greeter/Greet\" < CLIENT"
                            + " \"shop.Greeter/Greet\"",
                        // a pool, its schedule, the common pool, a CompletableFuture
                        "SELECT ? AS t1 < SERVER \"GET /\" < CLIENT \"GET\"",
                        "SELECT ? AS t2 < SERVER \"GET /\" < CLIENT \"GET\"",
                        "SELECT ? AS t3 < SERVER \"GET /\" < CLIENT \"GET\"",
                        "SELECT ? AS t4 < SERVER \"GET /\" < CLIENT \"GET\"",
                        "SELECT ? AS scheduled < INTERNAL \"Jobs.tidy\"",
                        "SELECT ? AS reactive < SERVER \"GET /books/{id}\" < CLIENT \"GET\"",
                        "SELECT ? AS book < CONSUMER \"books process\" < PRODUCER \"books"
                            + " publish\" < SERVER \"GET /\" < CLIENT \"GET\"");
                if (newest.feature() >= 21) {
                  assertThat(chains(collector, "Libraries"))
                      .containsKey("SELECT ? AS virtual < SERVER \"GET /\" < CLIENT \"GET\"");
                }
                assertThat(metrics(collector, "Libraries"))
                    .contains(
                        "http.client.request.duration",
                        "http.server.request.duration",
                        "jvm.memory.used",
                        "kafka.consumer.records_consumed_total",
                        "kafka.producer.record_send_total",
                        "rpc.client.duration",
                        "rpc.server.duration");

                assertThat(chains(collector, "OrderService")).containsKey(taken);
                assertThat(metrics(collector, "OrderService"))
                    .contains("orders", "order_price_euros", "stock_items");
                assertThat(traceIdsOfLogs(collector, "OrderService"))
                    .containsEntry("started", "")
                    .containsEntry("order 7 taken", chains(collector, "OrderService").get(taken))
                    .containsKey("no stock");
              });
      for (ChildProcess program : List.of(libraries, orders)) {
        program.stdin().close();
        assertThat(program.awaitExit(LIMIT)).as(program.tail()).isZero();
      }
    }
  }

  /** Kafka's own, without the agent. */
  private ChildProcess broker() throws IOException {
    return ChildProcess.command(
            Jvm.own().java(),
            "-cp",
            AGENT.resolve("test-classes") + File.pathSeparator + classPath(""),
            "io.vigia.agent.programs.Broker",
            folder.toString())
        .name("Broker")
        .start();
  }

  private static String port(ChildProcess broker) {
    Pattern said = Pattern.compile("(?m)^port (\\d+)$");
    broker.awaitReady(() -> said.matcher(broker.output()).find(), LIMIT);
    return said.matcher(broker.output()).results().findFirst().orElseThrow().group(1);
  }

  /** Of the agent's tests, the jars whose names begin so. */
  private static String classPath(String... jars) throws IOException {
    return Arrays.stream(
            Files.readString(AGENT.resolve("test-classpath")).split(File.pathSeparator))
        .filter(jar -> Arrays.stream(jars).anyMatch(Path.of(jar).toFile().getName()::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Lives until its input ends, so that nothing depends on how long its exit may take. */
  private ChildProcess program(
      String name, CollectorProcess collector, Jvm jvm, String classPath, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                jvm.java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + AGENT.resolve("vigia-agent.jar"),
                "-cp",
                AGENT.resolve("test-classes") + File.pathSeparator + classPath,
                "io.vigia.agent.programs." + name,
                "told"));
    command.addAll(List.of(arguments));
    return ChildProcess.command(command)
        .name(name)
        .environment("VIGIA_COLLECTOR", collector.otlpHttpUrl())
        .environment("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort())
        .environment("VIGIA_SPILL_DIR", folder.resolve("spill").toString())
        .environment("OTEL_SERVICE_NAME", name)
        .environment("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .start();
  }

  /**
   * {@code SELECT ? < SERVER "GET /"}: the spans of a service, each with its ancestors, and the id
   * of the last such trace.
   */
  private static Map<String, String> chains(CollectorProcess collector, String service) {
    Map<String, String> chains = new HashMap<>();
    for (JsonNode found : ask(collector, "traces?service=" + service + RANGE).path("traces")) {
      String traceId = found.path("traceId").asText();
      JsonNode spans = ask(collector, "traces/" + traceId).path("spans");
      Map<String, JsonNode> byId = new HashMap<>();
      spans.forEach(span -> byId.put(span.path("spanId").asText(), span));
      spans.forEach(span -> chains.put(chain(span, byId), traceId));
    }
    return chains;
  }

  private static String chain(JsonNode span, Map<String, JsonNode> byId) {
    JsonNode statement = span.path("attributes").path("db.statement");
    JsonNode parent = byId.get(span.path("parentSpanId").asText());
    return (statement.isMissingNode()
            ? span.path("kind").asText() + " \"" + span.path("name").asText() + "\""
            : statement.asText())
        + (parent == null ? "" : " < " + chain(parent, byId));
  }

  private static List<String> metrics(CollectorProcess collector, String service) {
    return ask(collector, "metrics?service=" + service).path("metrics").findValuesAsText("name");
  }

  private static Map<String, String> traceIdsOfLogs(CollectorProcess collector, String service) {
    Map<String, String> ids = new HashMap<>();
    ask(collector, "logs?service=" + service + RANGE)
        .path("logs")
        .forEach(log -> ids.put(log.path("body").asText(), log.path("traceId").asText("")));
    return ids;
  }

  private static JsonNode ask(CollectorProcess collector, String question) {
    return Http.json(collector.webUrl() + "/api/" + question);
  }
}
