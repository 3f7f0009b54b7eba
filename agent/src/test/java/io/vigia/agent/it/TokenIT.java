package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.JulLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The collector's token is for the collector. */
class TokenIT {
  private static final String TRACES = "otel.exporter.otlp.traces.";

  @TempDir Path directory;

  /** By HTTP the path is the backend's choice. */
  @ParameterizedTest
  @ValueSource(strings = {"/v1/traces", "/v1/traces/"})
  void tokenIsNotSentToABackendThatASignalHasHeadersFor(String path) throws Exception {
    try (Receiver other = Receiver.start();
        Receiver collector = Receiver.start()) {
      assertTokenIsTheCollectorsAlone(
          other,
          collector,
          "-D" + TRACES + "endpoint=" + url(other) + path,
          "-D" + TRACES + "headers=Authorization=theirs");
    }
  }

  @Test
  void norWhereItIsInTheConfigurationFile() throws Exception {
    try (Receiver other = Receiver.start();
        Receiver collector = Receiver.start()) {
      Path file =
          Files.write(
              directory.resolve("agent.properties"),
              List.of(
                  TRACES + "endpoint=" + url(other) + "/v1/traces",
                  TRACES + "headers=Authorization=theirs"));
      assertTokenIsTheCollectorsAlone(
          other, collector, "-Dotel.javaagent.configuration-file=" + file);
    }
  }

  private static String url(Receiver receiver) {
    return "http://127.0.0.1:" + receiver.otlpPort();
  }

  private void assertTokenIsTheCollectorsAlone(
      Receiver other, Receiver collector, String... options) throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "ours");
    Jvm.Builder builder =
        Jvm.of(JulLogs.class)
            .sendingTo(collector)
            .environment("VIGIA_TOKEN_FILE", token.toString())
            .option("-Dotel.bsp.schedule.delay=100")
            .option("-Dotel.metric.export.interval=300")
            .argument("told");
    for (String option : options) {
      builder = builder.option(option);
    }
    try (Jvm jvm = builder.start()) {
      jvm.awaitUnlessEnded(() -> !other.spans.isEmpty() && !collector.metrics.isEmpty());
      jvm.endWell();
      assertThat(other.authorizations).as(jvm.output()).containsOnly("theirs");
      assertThat(collector.authorizations).as(jvm.output()).containsOnly("Bearer ours");
    }
  }
}
