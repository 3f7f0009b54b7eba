package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.backends.BackendFolder;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A program of others that may be there. */
enum Tool {
  TELEMETRYGEN(List.of(installed("bin/telemetrygen", "telemetrygen")), List.of("--help")),
  GO(List.of(installed("bin/vigia-interop-go-2", "vigia-interop-go")), List.of("probe")),
  H2LOAD(List.of("h2load"), List.of("--version"), "Debian: nghttp2-client"),
  CURL(List.of("curl"), List.of("--http2-prior-knowledge", "--version"), "curl with HTTP/2"),
  FLUENTD(
      List.of(installed("bin/fluentd", "fluentd")),
      List.of("--version"),
      "tests/backends/interop.sh installs it where RubyGems can be reached"),
  FLUENT_BIT(List.of("fluent-bit"), List.of("--version"), "put fluent-bit on the PATH"),
  PYTHON(
      List.of(installed("python/bin/python", "python3")),
      List.of(
          "-c",
          "import opentelemetry.exporter.otlp.proto.grpc, opentelemetry.exporter.otlp.proto.http, fluent")),
  NODE(
      List.of("node"),
      List.of(
          "-e",
          "require('@opentelemetry/exporter-trace-otlp-grpc');"
              + "require('@opentelemetry/exporter-trace-otlp-proto');require('fluent-logger')"));

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<String> command;
  private final List<String> probe;
  private final String remedy;

  Tool(List<String> command, List<String> probe) {
    this(command, probe, "tests/backends/interop.sh installs it");
  }

  Tool(List<String> command, List<String> probe, String remedy) {
    this.command = command;
    this.probe = probe;
    this.remedy = remedy;
  }

  /** What {@code tests/backends/interop.sh} installed, or else what is on the PATH. */
  private static String installed(String path, String otherwise) {
    Path file = folder().resolve(path);
    return Files.isExecutable(file) ? file.toString() : otherwise;
  }

  private static Path folder() {
    return BackendFolder.path().resolve("interop-1");
  }

  /** Skips the calling test when it is missing; fails it when everything has to be there. */
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
      // no registry that is always there has these
      boolean optional = this == FLUENTD || this == FLUENT_BIT;
      assertThat(BackendFolder.required() && !optional).as(missing).isFalse();
      System.err.println(missing);
      Assumptions.abort(missing);
    }
  }

  /** Runs it; fails with its output when it does not exit with 0. */
  String succeeds(String... arguments) {
    Path folder = Folders.temporary("interop");
    try (ChildProcess process = start(List.of(arguments), folder.resolve("output"))) {
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
    try (ChildProcess process = start(arguments, folder.resolve("output"))) {
      return process.awaitExit(LIMIT);
    } finally {
      Folders.delete(folder);
    }
  }

  /** The caller ends it. */
  ChildProcess start(List<String> arguments, Path output) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    return ChildProcess.command(all)
        .name(command.get(0))
        .environment("NODE_PATH", folder().resolve("node_modules").toString())
        .output(output)
        .start();
  }
}
