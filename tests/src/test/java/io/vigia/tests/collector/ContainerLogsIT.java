package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.tests.process.Folders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agent and collector agree who ships the log events of a container: each comes exactly once. */
class ContainerLogsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int REQUESTS = 60;

  @TempDir private Path folder;

  @Test
  void everyEventComesOnceFromStdoutOrFromTheAgent() throws Exception {
    Path pods = folder.resolve("pods");
    Path out = folder.resolve("out");
    Path silent = Files.writeString(folder.resolve("silent.properties"), "handlers=\n");
    Path warnings =
        Files.writeString(
            folder.resolve("warnings.properties"),
            "handlers=java.util.logging.ConsoleHandler\n"
                + "java.util.logging.ConsoleHandler.level=WARNING\n");
    try (CollectorProcess collector =
        CollectorProcess.builder()
            .destination("file: {path: \"" + out + "\"}")
            .receiver("containers: {directory: \"" + pods + "\"}")
            .build()
            .start()) {
      List<Container> containers = new ArrayList<>();
      try {
        containers.add(new Container(collector, "console", pods.resolve("shop_console-1_uid1")));
        containers.add(
            new Container(
                collector,
                "file",
                pods.resolve("shop_file-1_uid2"),
                "-Djava.util.logging.config.file=" + silent));
        containers.add(
            new Container(
                collector,
                "warnings",
                pods.resolve("shop_warnings-1_uid4"),
                "-Djava.util.logging.config.file=" + warnings));
        containers.add(new Container(collector, "unread", folder.resolve("shop_unread-1_uid3")));
        for (Container each : containers) {
          each.awaitExit();
        }
        await()
            .atMost(LIMIT)
            .ignoreExceptions() // files are renamed and removed while they are looked at
            .untilAsserted(
                () ->
                    assertThat(requests(out))
                        .extracting(Event::text)
                        .as("kept on disk: %s", kept(pods))
                        .hasSize(4 * REQUESTS));
      } finally {
        containers.forEach(Container::kill);
      }
      collector.terminate(LIMIT);
    }
    List<Event> events = requests(out);
    assertThat(events.stream().map(Event::text)).hasSize(4 * REQUESTS).doesNotHaveDuplicates();
    assertThat(events).allMatch(event -> event.text.endsWith("=" + event.traceId));
    assertThat(events)
        .allSatisfy(
            event ->
                assertThat(event.fromStdout)
                    .as(event.text)
                    // the threshold of a console is above the logger's
                    .isEqualTo(event.text.matches("console .*|warnings request \\d*[02468] .*")));
  }

  /** What an agent could not send in the time that an exit has; nobody hands it over here. */
  private static List<Path> kept(Path pods) throws IOException {
    try (Stream<Path> all = Files.walk(pods)) {
      return all.filter(file -> file.toString().matches(".*-spill/.*/\\w+-\\d+")).toList();
    }
  }

  private record Event(String text, String traceId, boolean fromStdout) {}

  /** Log records in OTLP JSON, one request a line. */
  private static List<Event> requests(Path out) throws IOException {
    List<Event> events = new ArrayList<>();
    if (!Files.exists(out)) {
      return events;
    }
    ObjectMapper json = new ObjectMapper();
    List<Path> files;
    try (Stream<Path> all = Files.walk(out)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        for (JsonNode log : json.readTree(line).findValues("logRecords")) {
          for (JsonNode each : log) {
            String body = each.at("/body/stringValue").asText();
            int at = body.indexOf(" request ");
            if (at >= 0) {
              int begin = body.lastIndexOf(' ', at - 1) + 1;
              events.add(
                  new Event(
                      body.substring(begin),
                      each.path("traceId").asText(),
                      each.path("attributes").toString().contains("log.iostream")));
            }
          }
        }
      }
    }
    return events;
  }

  /** A service under the agent whose output is written to a file as a container runtime does. */
  private static final class Container {
    private final Process process;
    private final Thread runtime;

    Container(CollectorProcess collector, String name, Path pod, String... options)
        throws IOException {
      Path file = Files.createDirectories(pod.resolve("app")).resolve("0.log");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-javaagent:" + Folders.projectRoot().resolve("agent/target/vigia-agent.jar"),
              "-cp",
              Folders.projectRoot().resolve("tests/target/test-classes").toString()));
      command.addAll(List.of(options));
      command.addAll(List.of(LoggingJob.class.getName(), name, "" + REQUESTS));
      if (name.equals("warnings")) {
        command.add("every other one");
      }
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("VIGIA_COLLECTOR", collector.otlpHttpUrl());
      builder.environment().put("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort());
      builder.environment().put("VIGIA_POD_NAME", pod.getFileName().toString().split("_")[1]);
      builder.environment().put("VIGIA_POD_UID", pod.getFileName().toString().split("_")[2]);
      builder.environment().put("VIGIA_SPILL_DIR", pod.resolveSibling(name + "-spill").toString());
      process = builder.start();
      runtime = new Thread(() -> capture(file), "runtime-" + name);
      runtime.setDaemon(true);
      runtime.start();
    }

    private void capture(Path file) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          Files.writeString(
              file,
              Instant.now() + " stdout F " + line + "\n",
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitExit() throws InterruptedException {
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      runtime.join(LIMIT.toMillis());
    }

    void kill() {
      process.destroyForcibly();
    }
  }
}
