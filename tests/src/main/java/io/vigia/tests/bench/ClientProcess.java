package io.vigia.tests.bench;

import io.vigia.tests.process.ChildProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link LoadClient} in a process of its own, told over its standard input what to do. */
final class ClientProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ChildProcess process;

  /** What came of a run. */
  record Answer(long events, long failures, long p50Micros, long p99Micros) {}

  /**
   * @param port where the collector takes the workload
   */
  ClientProcess(Workload workload, int port, int connections, int window) {
    process = java(LoadClient.class, workload.name(), "" + port, "" + connections, "" + window);
    process.awaitOutput("ready", LIMIT);
  }

  /**
   * @param eventsPerSecond 0 for as fast as it is acknowledged
   */
  Answer run(int seconds, long eventsPerSecond) throws IOException {
    long lines = lines();
    OutputStream commands = process.stdin();
    commands.write((seconds + " " + eventsPerSecond + "\n").getBytes(StandardCharsets.US_ASCII));
    commands.flush();
    process.awaitReady(() -> lines() > lines, LIMIT.plusSeconds(seconds));
    String[] words =
        process.output().lines().reduce((first, last) -> last).orElseThrow().split(" ", -1);
    return new Answer(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]));
  }

  /** Whole ones: the last may still be on its way. */
  private long lines() {
    return process.output().chars().filter(c -> c == '\n').count();
  }

  @Override
  public void close() {
    process.close();
  }

  /** A class of ours in a JVM of its own. */
  static ChildProcess java(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(args));
    return ChildProcess.command(command).name(main.getSimpleName()).start();
  }
}
