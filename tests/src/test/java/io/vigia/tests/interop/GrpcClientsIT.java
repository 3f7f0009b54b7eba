package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What grpc-go and grpc-python, below the exporters of their SDKs, make of certificates, deadlines
 * and GOAWAY.
 */
class GrpcClientsIT {
  @TempDir private static Path folder;
  private static TlsFiles server;
  private static TlsFiles client;
  private static FakeElasticsearch sink;
  private static CollectorProcess plain;
  private static CollectorProcess mutual;

  @BeforeAll
  static void start() throws Exception {
    server = TlsFiles.make(Files.createDirectory(folder.resolve("server")));
    client = TlsFiles.make(Files.createDirectory(folder.resolve("client")));
    sink = new FakeElasticsearch();
    String destination = "elasticsearch: {url: \"" + sink.url() + "\"}";
    plain = CollectorProcess.builder().destination(destination).yaml("grace: 60s").build().start();
    mutual =
        CollectorProcess.builder()
            .destination(destination)
            .otlpMutualTls(server.certificate(), server.key(), client.certificate())
            .otlpIdleTimeout("2s")
            .build()
            .start();
  }

  @AfterAll
  static void stop() {
    plain.close();
    mutual.close();
    sink.close();
  }

  private static GrpcSteps plain(Tool tool) {
    return GrpcSteps.start(tool, plain.otlpGrpcPort(), folder);
  }

  private static GrpcSteps mutual(Tool tool, Path... files) {
    return GrpcSteps.start(tool, mutual.otlpGrpcPort(), folder, files);
  }

  private static double failedHandshakes() {
    return mutual.metrics().sum("vigia_receiver_malformed_total", "reason", "tls");
  }

  /** Once each, as the client says they are. */
  private static void assertArrivedOnce(List<SentEvent> acknowledged) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              Map<String, List<JsonNode>> named = SentEvent.by("span.name", sink.documents());
              for (SentEvent event : acknowledged) {
                List<JsonNode> documents = named.getOrDefault(event.name(), List.of());
                assertThat(documents).as("%s", event).hasSize(1);
                event.assertIn(documents.get(0));
              }
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"GO", "PYTHON"})
  void aClientWithItsCertificateIsTakenAndGoesOnAfterItsIdleConnectionWentAway(Tool tool) {
    tool.assume();
    try (GrpcSteps steps = mutual(tool, server.certificate(), client.certificate(), client.key())) {
      steps.send("mutual-" + tool, 60_000);
      steps.awaitLine("disconnected"); // GOAWAY, after the two seconds
      steps.send("mutual-again-" + tool, 60_000);
      assertThat(steps.end()).filteredOn("connected"::equals).hasSizeGreaterThanOrEqualTo(2);
      assertThat(steps.acknowledged()).hasSize(2);
      assertArrivedOnce(steps.acknowledged());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GO", "PYTHON"})
  void aClientWithoutOrWithAnotherCertificateIsToldAndCounted(Tool tool) throws Exception {
    tool.assume();
    TlsFiles wrong = TlsFiles.make(Files.createDirectory(folder.resolve("wrong-" + tool)));
    double before = failedHandshakes();
    try (GrpcSteps none = mutual(tool, server.certificate());
        GrpcSteps other = mutual(tool, server.certificate(), wrong.certificate(), wrong.key())) {
      for (GrpcSteps steps : List.of(none, other)) {
        steps.begin("stranger-" + tool, 60_000);
        String words = tool == Tool.GO ? ".*certificate.*" : ".*"; // of Python they are on stderr
        steps.awaitLine("attempt (?i)unavailable" + words);
        assertThat(steps.acknowledged()).isEmpty();
      }
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(failedHandshakes()).isGreaterThanOrEqualTo(before + 2));
    assertThat(sink.documents())
        .noneMatch(document -> SentEvent.text(document, "span.name").startsWith("stranger"));
  }

  @ParameterizedTest
  @EnumSource(names = {"GO", "PYTHON"})
  void aPassedDeadlineCostsThatCallOnly(Tool tool) {
    tool.assume();
    try (GrpcSteps steps = plain(tool)) {
      steps.send("in-time-" + tool, 60_000);
      plain.process().pause(); // so it takes longer than the client waits
      try {
        steps.send("late-" + tool, 700);
      } finally {
        plain.process().resume();
      }
      steps.send("after-" + tool, 60_000);
      List<String> said = steps.end();
      assertThat(said).filteredOn(line -> line.startsWith("attempt")).hasSize(1);
      assertThat(said).anyMatch(line -> line.matches("attempt (?i)deadline_?exceeded.*"));
      assertThat(said).filteredOn("connected"::equals).as("%s", said).hasSize(1);
      assertThat(steps.acknowledged())
          .extracting(SentEvent::name)
          .containsExactly("in-time-" + tool, "after-" + tool);
      assertArrivedOnce(steps.acknowledged());
    }
  }

  /**
   * Once each: no call was cut off while it was at work, or it would have been sent again. The rest
   * is what their exporters try again.
   */
  @Test
  void aRestartUnderLoadCostsNothing() {
    Tool.GO.assume();
    Tool.PYTHON.assume();
    try (GrpcSteps go = plain(Tool.GO);
        GrpcSteps python = plain(Tool.PYTHON)) {
      go.load("load-go");
      python.load("load-python");
      go.awaitAcknowledged(50);
      python.awaitAcknowledged(50);
      assertThat(plain.terminate(Duration.ofSeconds(60))).isZero();
      int goBefore = go.acknowledged().size();
      int pythonBefore = python.acknowledged().size();
      plain.start();
      go.awaitAcknowledged(goBefore + 50);
      python.awaitAcknowledged(pythonBefore + 50);
      for (GrpcSteps steps : List.of(go, python)) {
        List<String> said = steps.end();
        assertThat(said).noneMatch(line -> line.startsWith("failed"));
        assertThat(said)
            .filteredOn(line -> line.startsWith("attempt"))
            .allMatch(line -> line.matches("attempt (?i)unavailable.*"))
            .noneMatch(line -> line.contains("error reading from server"));
        assertArrivedOnce(steps.acknowledged());
      }
    }
  }
}
