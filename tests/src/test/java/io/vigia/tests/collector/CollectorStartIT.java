package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people meet when they start the collector wrongly: one line, exit 2. */
class CollectorStartIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void wrongKeyIsToldWithPlaceAndNearestKey() throws IOException {
    Path file =
        config(
            """
            data: %s
            recievers: {}
            """
                .formatted(folder.resolve("data")));
    Outcome outcome = run(file);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.lines()).hasSize(1);
    assertThat(outcome.lines().get(0))
        .contains(file + ":2:1")
        .contains("recievers")
        .contains("receivers");
  }

  @Test
  void wrongTypeIsToldWithPlace() throws IOException {
    Path file =
        config(
            """
            data: %s
            receivers: {forward: {listen: [1, 2]}}
            """
                .formatted(folder.resolve("data")));
    Outcome outcome = run(file);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.lines()).hasSize(1);
    assertThat(outcome.lines().get(0)).contains(file + ":2:31").contains("listen");
  }

  @Test
  void portInUseIsToldWithPlaceAndPort() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file =
          config(
              """
              data: %s
              receivers:
                otlp: {http: "127.0.0.1:%d"}
              web: {listen: "127.0.0.1:%d"}
              """
                  .formatted(folder.resolve("data"), taken.getLocalPort(), Ports.free()));
      Outcome outcome = run(file);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.lines()).hasSize(1);
      assertThat(outcome.lines().get(0))
          .contains(file + ":3:")
          .contains(Integer.toString(taken.getLocalPort()))
          .contains("in use");
    }
  }

  @Test
  void unwritableDirectoryIsToldWithPlace() throws IOException {
    // a file in the way: root may write anywhere else
    Path inTheWay = Files.writeString(folder.resolve("file"), "x");
    Path file =
        config(
            """
            data: %s
            receivers: {forward: {listen: "127.0.0.1:%d"}}
            web: {listen: "127.0.0.1:%d"}
            """
                .formatted(inTheWay.resolve("data"), Ports.free(), Ports.free()));
    Outcome outcome = run(file);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.lines()).hasSize(1);
    assertThat(outcome.lines().get(0)).contains(file + ":1:").contains(inTheWay.toString());
  }

  @Test
  void aSecondOneOfTheSameNameOnTheSameDataIsTurnedAwayAndTheFirstStays() throws IOException {
    try (CollectorProcess first = CollectorProcess.builder().destination("stdout: {}").build()) {
      first.start();
      Path file =
          config(
              """
              data: %s
              receivers: {forward: {listen: "127.0.0.1:%d"}}
              web: {listen: "127.0.0.1:%d"}
              destinations:
                stdout: {}
              """
                  .formatted(first.data(), Ports.free(), Ports.free()));
      Outcome outcome = run(file);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.lines()).hasSize(1);
      assertThat(outcome.lines().get(0))
          .contains(file + ":1:", first.data().toString(), "in use by another process", "instance");
      assertThat(Http.answersWith(first.webUrl() + "/readyz", 200)).isTrue();
    }
  }

  /** Else those of a language with digits of its own are not found again in another. */
  @Test
  void itsFilesHaveTheSameNamesInEveryLanguage() throws IOException {
    try (CollectorProcess collector =
            CollectorProcess.builder()
                .destination("local: {}")
                .jvm("-Duser.language=fa", "-Duser.country=IR")
                .build()
                .start();
        OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 20_000)) {
      client.send(Otlp.logs("s", List.of("message")));
      await().atMost(LIMIT).until(() -> names(collector.data()).contains("slice-"));
      assertThat(names(collector.data())).contains(".segment").matches("\\p{ASCII}+");
    }
  }

  private static String names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(path -> path.getFileName().toString()).collect(Collectors.joining(" "));
    }
  }

  @Test
  void missingFileIsTold() {
    Outcome outcome = run(folder.resolve("none.yml"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.lines()).hasSize(1);
    assertThat(outcome.lines().get(0)).contains("none.yml").contains("no such file");
  }

  private Path config(String yaml) throws IOException {
    return Files.writeString(folder.resolve("vigia.yml"), yaml);
  }

  private Outcome run(Path config) {
    try (ChildProcess child =
        ChildProcess.command(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                CollectorProcess.jar().toString(),
                "run",
                "--config",
                config.toString())
            .name("collector")
            .in(folder)
            .start()) {
      int code = child.awaitExit(LIMIT);
      return new Outcome(code, child.output().lines().toList());
    }
  }

  private record Outcome(int code, List<String> lines) {}
}
