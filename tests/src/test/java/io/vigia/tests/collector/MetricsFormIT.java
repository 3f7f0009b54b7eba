package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The collector says in which form it wants metrics, and a service under the agent sends so. */
class MetricsFormIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int DELTA = 1; // metrics.proto, AggregationTemporality

  @TempDir private Path folder;

  @Test
  void agentSendsWhatTheCollectorAsksFor() throws Exception {
    Path file = folder.resolve("otlp.json");
    try (CollectorProcess collector =
            CollectorProcess.builder()
                .destination("file: {path: \"" + file + "\"}")
                .agents("{temporality: delta, histograms: exponential}")
                .build()
                .start();
        ChildProcess job = job(collector)) {
      assertThat(job.awaitExit(LIMIT)).isZero();
      // the last line may be half written
      await()
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(JsonProcessingException.class)
          .until(() -> !latencies(file).isEmpty());
      assertThat(latencies(file))
          .allSatisfy(
              metric ->
                  assertThat(metric.at("/exponentialHistogram/aggregationTemporality").asInt())
                      .as(metric.toString())
                      .isEqualTo(DELTA));
    }
  }

  /** Sends its metrics at its end. */
  private ChildProcess job(CollectorProcess collector) {
    return ChildProcess.command(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + Folders.projectRoot().resolve("agent/target/vigia-agent.jar"),
                "-cp",
                Folders.projectRoot().resolve("tests/target/test-classes").toString(),
                ShortJob.class.getName(),
                "form"))
        .name("job")
        .environment("VIGIA_COLLECTOR", collector.otlpHttpUrl())
        .environment("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort())
        // so that a slow machine is no reason
        .environment("VIGIA_METRICS_FORM_MILLIS", "60000")
        .environment("VIGIA_SPILL_DIR", folder.resolve("spill").toString())
        .start();
  }

  private static List<JsonNode> latencies(Path file) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        for (JsonNode scope : new ObjectMapper().readTree(line).findValues("metrics")) {
          scope.forEach(
              metric -> {
                if (metric.path("name").asText().equals("http.server.request.duration")) {
                  found.add(metric);
                }
              });
        }
      }
    }
    return found;
  }
}
