package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What agents spilled while there was no collector is delivered by the node's collector. */
class SpillIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shortJobAndKilledServiceAreDeliveredByTheNodesCollector() throws Exception {
    Path spill = folder.resolve("spill");
    try (ChildProcess killed = job(spill, "killed", "stay");
        ChildProcess ended = job(spill, "ended")) {
      assertThat(ended.awaitExit(LIMIT)).isZero();
      // a span that is not on disk is gone with the process: both of each job have to be there
      await()
          .atMost(LIMIT)
          .ignoreExceptions() // files are renamed and removed while they are looked at
          .until(() -> spans(spill) == 4 && processesWith(spill, "forward-") == 2);
      killed.kill();
    }
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("sink: {type: elasticsearch, url: \"" + sink.url() + "\"}")
                .receiver("spill: {directory: \"" + spill + "\"}")
                .build()
                .start()) {
      await().atMost(LIMIT).ignoreExceptions().until(() -> files(spill).isEmpty());
      await().atMost(LIMIT).until(() -> jobs(sink).size() >= 2);
      assertThat(jobs(sink)).containsExactlyInAnyOrder("job killed", "job ended");
      Exposition metrics = collector.metrics();
      assertThat(accepted(metrics, "traces")).isEqualTo(4);
      assertThat(accepted(metrics, "logs")).isEqualTo(2);
      // the only destination takes no metrics
      assertThat(
              metrics.sum(
                  "vigia_receiver_refused_items_total",
                  "receiver",
                  "spill",
                  "reason",
                  "no_destination"))
          .isPositive();
      assertThat(metrics.sum("vigia_receiver_malformed_total")).isZero();
    }
  }

  private static double accepted(Exposition metrics, String signal) {
    return metrics.sum(
        "vigia_receiver_accepted_items_total", "receiver", "spill", "signal", signal);
  }

  private static List<String> jobs(FakeElasticsearch sink) {
    return sink.messages().stream().filter(message -> message.startsWith("job ")).toList();
  }

  /** A process under the agent that finds nobody. */
  private static ChildProcess job(Path spill, String... arguments) {
    String nobody = "127.0.0.1:" + Ports.free();
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-javaagent:" + Folders.projectRoot().resolve("agent/target/vigia-agent.jar"),
                    "-cp",
                    Folders.projectRoot().resolve("tests/target/test-classes").toString(),
                    ShortJob.class.getName()),
                Stream.of(arguments))
            .toList();
    return ChildProcess.command(command)
        .name(arguments[0])
        .environment("VIGIA_COLLECTOR", nobody)
        .environment("VIGIA_FORWARD", nobody)
        .environment("VIGIA_SPILL_DIR", spill.toString())
        .start();
  }

  private static int spans(Path spill) throws IOException {
    int spans = 0;
    for (Path file : payloads(spill, "traces-")) {
      spans +=
          ExportTraceServiceRequest.parseFrom(Files.readAllBytes(file))
              .getResourceSpansList()
              .stream()
              .flatMap(resource -> resource.getScopeSpansList().stream())
              .mapToInt(scope -> scope.getSpansCount())
              .sum();
    }
    return spans;
  }

  private static long processesWith(Path spill, String stream) throws IOException {
    return payloads(spill, stream).stream().map(Path::getParent).distinct().count();
  }

  /** The files that are complete. */
  private static List<Path> payloads(Path spill, String stream) throws IOException {
    return files(spill).stream()
        .filter(file -> file.getFileName().toString().startsWith(stream))
        .filter(file -> !file.toString().endsWith(".part"))
        .toList();
  }

  private static List<Path> files(Path spill) throws IOException {
    if (!Files.isDirectory(spill)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(spill)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
