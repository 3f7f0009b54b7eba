package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every command line in {@code collector/docs/operations.md} does something and says no error. */
class OperationsDocIT {
  private static final String PREFIX = "    ./vigia ";

  @Test
  void everyCommandLineOfTheOperationsGuideWorks() throws IOException {
    List<String> lines =
        Files.readAllLines(Folders.projectRoot().resolve("collector/docs/operations.md")).stream()
            .filter(line -> line.startsWith(PREFIX))
            .map(line -> line.substring(PREFIX.length()).replaceAll("[\\[\\]]", "").strip())
            .toList();
    assertThat(lines).hasSizeGreaterThan(8);
    String gone = "old-cluster: {type: otlp, endpoint: \"http://127.0.0.1:9\", required: false}";
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .destination("jaeger: {endpoint: \"http://127.0.0.1:9\"}")
                .destination("prometheus: {remoteWrite: \"http://127.0.0.1:9/api/v1/write\"}")
                .destination(gone)
                .build()
                .start()) {
      sink.refuse(message -> message.equals("refused"));
      try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
        client.send(Otlp.logs("operations", List.of("taken", "refused")));
      }
      await().until(() -> sink.messages().contains("taken"));
      String yaml = Files.readString(collector.configFile());
      Files.writeString(collector.configFile(), yaml.replace(gone, ""));
      collector.hangUp();
      await()
          .until(
              () ->
                  OperatorCommand.run(collector, 0, "cursor", "list")
                      .lines()
                      .anyMatch(line -> line.startsWith("old-cluster") && line.contains("idle")));
      for (String line : lines) {
        OperatorCommand.run(collector, 0, line.split("\\s+"));
      }
    }
  }
}
