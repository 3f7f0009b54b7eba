package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** A program of others that may be there. Without it the test is skipped, and says so. */
enum Tool {
  TELEMETRYGEN(
      List.of("telemetrygen"),
      List.of("--help"),
      "go install"
          + " github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@latest"),
  H2LOAD(List.of("h2load"), List.of("--version"), "Debian: nghttp2-client"),
  CURL(List.of("curl"), List.of("--http2-prior-knowledge", "--version"), "curl with HTTP/2"),
  PYTHON(
      List.of(environment("VIGIA_INTEROP_PYTHON", "python3")),
      List.of(
          "-c",
          "import opentelemetry.exporter.otlp.proto.grpc, opentelemetry.exporter.otlp.proto.http, fluent"),
      "pip install opentelemetry-sdk opentelemetry-exporter-otlp fluent-logger"
          + " (VIGIA_INTEROP_PYTHON names the interpreter)"),
  NODE(
      List.of("node"),
      List.of(
          "-e",
          "require('@opentelemetry/exporter-trace-otlp-grpc');"
              + "require('@opentelemetry/exporter-trace-otlp-proto');require('fluent-logger')"),
      "npm install @opentelemetry/sdk-trace-base@1 @opentelemetry/exporter-trace-otlp-grpc@0.57"
          + " @opentelemetry/exporter-trace-otlp-proto@0.57 fluent-logger (NODE_PATH names"
          + " node_modules)");

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<String> command;
  private final List<String> probe;
  private final String remedy;

  Tool(List<String> command, List<String> probe, String remedy) {
    this.command = command;
    this.probe = probe;
    this.remedy = remedy;
  }

  private static String environment(String name, String otherwise) {
    return Map.copyOf(System.getenv()).getOrDefault(name, otherwise);
  }

  /** Skips the calling test when it is missing. */
  void assume() {
    boolean there;
    try {
      there = run(probe) == 0;
    } catch (RuntimeException e) {
      there = false;
    }
    if (!there) {
      String missing =
          "NOT TESTED: " + name().toLowerCase(java.util.Locale.ROOT) + " is missing; " + remedy;
      System.err.println(missing);
      Assumptions.abort(missing);
    }
  }

  /** Runs it; fails with its output when it does not exit with 0. */
  String succeeds(String... arguments) {
    Path folder = Folders.temporary("interop");
    try (ChildProcess process = start(List.of(arguments), folder)) {
      int exit = process.awaitExit(LIMIT);
      assertThat(exit).as(process.output()).isZero();
      return process.output();
    } finally {
      Folders.delete(folder);
    }
  }

  /** A script in the test resources. */
  static String script(String name) {
    return Folders.projectRoot()
        .resolve("tests/src/test/resources/interop")
        .resolve(name)
        .toString();
  }

  private int run(List<String> arguments) {
    Path folder = Folders.temporary("interop");
    try (ChildProcess process = start(arguments, folder)) {
      return process.awaitExit(LIMIT);
    } finally {
      Folders.delete(folder);
    }
  }

  private ChildProcess start(List<String> arguments, Path folder) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    return ChildProcess.command(all).name(command.get(0)).output(folder.resolve("output")).start();
  }
}
