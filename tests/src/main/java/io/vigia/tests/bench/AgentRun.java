package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One start of one application, measured from outside. */
final class AgentRun {
  /** What is measured, with its unit. */
  enum Figure {
    START_MILLIS("start, ms"),
    START_CPU_MILLIS("CPU until started, ms"),
    CPU_MILLIS("CPU in all, ms"),
    RESIDENT_MB("resident, MB"),
    P50_MILLIS("p50, ms"),
    P95_MILLIS("p95, ms");

    final String title;

    Figure(String title) {
      this.title = title;
    }
  }

  /** NaN for what was not measured. */
  static final class Figures {
    private final Map<Figure, Double> values = new EnumMap<>(Figure.class);

    double of(Figure figure) {
      return values.getOrDefault(figure, Double.NaN);
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Path folder = Folders.temporary("agent-bench");
  private final CollectorProcess collector;
  private final List<String> jvm;

  AgentRun(CollectorProcess collector, List<String> jvm) {
    this.collector = collector;
    this.jvm = jvm;
  }

  /** A main that prints one line and waits. */
  Figures trivial(List<String> agent, int restSeconds) throws IOException, InterruptedException {
    String classes = Folders.projectRoot().resolve("tests/target/classes").toString();
    long started = System.currentTimeMillis();
    try (ChildProcess process =
        java(agent, "-cp", classes, TrivialMain.class.getName()).name("trivial").start()) {
      process.awaitOutput(TrivialMain.READY, LIMIT);
      Figures figures = new Figures();
      long cpu = ProcFigures.of(process.pid()).cpuMillis();
      figures.values.put(Figure.START_MILLIS, (double) readyMillis(process.output()) - started);
      figures.values.put(Figure.START_CPU_MILLIS, (double) cpu);
      Thread.sleep(restSeconds * 1_000L);
      rest(figures, process);
      return figures;
    }
  }

  /** When it was, by the program's own clock; seen late when the machine is busy. */
  private static long readyMillis(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(TrivialMain.READY))
        .mapToLong(line -> Long.parseLong(line.substring(TrivialMain.READY.length()).trim()))
        .findFirst()
        .orElseThrow();
  }

  /** The Spring Boot guestbook, until its port is open, then under load. */
  Figures guestbook(List<String> agent, String redis, int rate, int seconds)
      throws IOException, InterruptedException {
    int port = Ports.free();
    Path jar = Folders.projectRoot().resolve("demo-apps/guestbook/target/guestbook.jar");
    long started = System.nanoTime();
    try (ChildProcess process =
        java(agent, "-jar", jar.toString())
            .name("guestbook")
            .environment("SERVER_PORT", Integer.toString(port))
            .environment("REDIS_PRIMARY", redis)
            .environment("REDIS_REPLICAS", redis)
            .start()) {
      process.awaitReady(() -> listens(port), LIMIT);
      Figures figures = new Figures();
      figures.values.put(Figure.START_MILLIS, (System.nanoTime() - started) / 1e6);
      figures.values.put(
          Figure.START_CPU_MILLIS, (double) ProcFigures.of(process.pid()).cpuMillis());
      String url = "http://127.0.0.1:" + port + "/lrange/guestbook";
      // warm-up: a first request that times out is no result
      OpenLoop.run(url, rate, seconds, 100);
      double[] millis = OpenLoop.run(url, rate, seconds, 1);
      figures.values.put(Figure.P50_MILLIS, millis[millis.length / 2]);
      figures.values.put(Figure.P95_MILLIS, millis[millis.length * 95 / 100]);
      rest(figures, process);
      return figures;
    }
  }

  private static void rest(Figures figures, ChildProcess process) throws IOException {
    ProcFigures end = ProcFigures.of(process.pid());
    figures.values.put(Figure.CPU_MILLIS, (double) end.cpuMillis());
    figures.values.put(Figure.RESIDENT_MB, end.residentKib() / 1024.0);
  }

  private ChildProcess.Builder java(List<String> agent, String... program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(jvm);
    command.addAll(agent);
    command.addAll(List.of(program));
    return ChildProcess.command(command)
        .in(folder)
        // both agents read it; the protocol is http/protobuf by default in both
        .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlpHttpUrl())
        .environment("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort())
        .environment("VIGIA_SPILL_DIR", folder.resolve("spill").toString());
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
