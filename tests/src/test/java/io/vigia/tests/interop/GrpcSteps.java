package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A client of another language that sends spans over gRPC when it is told to ({@code steps.go},
 * {@code steps.py}), and prints what became of each. Not thread-safe.
 */
final class GrpcSteps implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int WORKERS = 4;

  private final ChildProcess process;

  private GrpcSteps(ChildProcess process) {
    this.process = process;
  }

  /**
   * @param files none = in the clear; the authority to trust, and perhaps its own certificate and
   *     key
   */
  static GrpcSteps start(Tool tool, int port, Path folder, Path... files) {
    List<String> arguments = new ArrayList<>();
    if (tool == Tool.PYTHON) {
      arguments.add(Tool.script("steps.py"));
    } else {
      arguments.add("steps");
    }
    arguments.add("localhost:" + port);
    arguments.add("" + WORKERS);
    for (Path file : files) {
      arguments.add(file.toString());
    }
    return new GrpcSteps(tool.start(arguments, folder.resolve("steps-" + UUID.randomUUID())));
  }

  /** Returns when it was acknowledged or its deadline passed. */
  void send(String name, long deadlineMillis) {
    begin(name, deadlineMillis);
    process.awaitReady(
        () ->
            lines().stream().anyMatch(line -> line.matches("failed " + name + "\\b.*"))
                || acknowledged().stream().anyMatch(event -> event.name().equals(name)),
        LIMIT.plusMillis(deadlineMillis));
  }

  /** Returns at once. */
  void begin(String name, long deadlineMillis) {
    step("send " + name + " " + deadlineMillis);
  }

  /** From each of {@value #WORKERS} workers one after the other, until {@link #end}. */
  void load(String name) {
    step("load " + name);
  }

  private void step(String line) {
    try {
      process.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.stdin().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(process.tail(), e);
    }
  }

  void awaitLine(String pattern) {
    process.awaitReady(() -> lines().stream().anyMatch(line -> line.matches(pattern)), LIMIT);
  }

  void awaitAcknowledged(int count) {
    process.awaitReady(() -> acknowledged().size() >= count, LIMIT);
  }

  List<SentEvent> acknowledged() {
    return SentEvent.of(String.join("\n", lines()));
  }

  /** Lets it finish; what it has printed. */
  List<String> end() {
    try {
      process.stdin().close();
    } catch (IOException e) {
      throw new UncheckedIOException(process.tail(), e);
    }
    assertThat(process.awaitExit(LIMIT)).as(process.tail()).isZero();
    return lines();
  }

  /** Whole ones. */
  private List<String> lines() {
    String output = process.output();
    return output.substring(0, output.lastIndexOf('\n') + 1).lines().toList();
  }

  @Override
  public void close() {
    process.close();
  }
}
