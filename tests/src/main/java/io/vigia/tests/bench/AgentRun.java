package io.vigia.tests.bench;

import io.vigia.tests.bench.AgentFigures.Figure;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts an application without an agent, with upstream's or with ours, and measures it. */
final class AgentRun {
  /** Which agent. */
  enum Variant {
    NONE("no agent"),
    UPSTREAM("upstream"),
    OURS("Vigía");

    final String title;

    Variant(String title) {
      this.title = title;
    }
  }

  static final Duration LIMIT = Duration.ofSeconds(120);

  /** Until the freed pages are with the system again. */
  private static final int AFTER_GC_MILLIS = 1_000;

  private final Path folder = Folders.temporary("agent-bench");
  private final CollectorProcess collector;
  private final Map<Variant, List<String>> agents;
  private final List<String> jvm;
  private int started;

  AgentRun(CollectorProcess collector, Map<Variant, List<String>> agents, List<String> jvm) {
    this.collector = collector;
    this.agents = agents;
    this.jvm = jvm;
  }

  /** One JVM and the log of its collector. */
  record Application(ChildProcess process, GcLog gc) implements AutoCloseable {
    ProcFigures figures() throws IOException {
      return ProcFigures.of(process.pid());
    }

    /** Resident memory as it is, then after a forced collection, and what was allocated. */
    void memory(AgentFigures figures) throws IOException, InterruptedException {
      figures.put(Figure.RESIDENT_MB, figures().residentKib() / 1024.0);
      Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      process.awaitReady(gc::hasForcedCollection, LIMIT);
      Thread.sleep(AFTER_GC_MILLIS);
      figures.put(Figure.COLLECTED_RESIDENT_MB, figures().residentKib() / 1024.0);
      figures.put(Figure.ALLOCATED_MB, gc.allocatedMb());
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** A main that prints one line and waits; memory is read {@code restSeconds} later. */
  AgentFigures trivial(Variant variant, int restSeconds) throws IOException, InterruptedException {
    String classes = Folders.projectRoot().resolve("tests/target/classes").toString();
    long before = System.currentTimeMillis();
    try (Application application =
        start(variant, Map.of(), "-cp", classes, TrivialMain.class.getName())) {
      ChildProcess process = application.process();
      process.awaitOutput(TrivialMain.READY, LIMIT);
      AgentFigures figures = new AgentFigures();
      figures.put(Figure.START_CPU_MILLIS, application.figures().cpuMillis());
      figures.put(Figure.START_MILLIS, (double) readyMillis(process.output()) - before);
      Thread.sleep(restSeconds * 1_000L);
      application.memory(figures);
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

  /** The same heap and the same collector's address for all. */
  Application start(Variant variant, Map<String, String> environment, String... program)
      throws IOException {
    GcLog gc = new GcLog(folder.resolve("gc-" + ++started + ".log"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add(gc.option());
    command.addAll(jvm);
    command.addAll(agents.getOrDefault(variant, List.of()));
    command.addAll(List.of(program));
    Path spill = Files.createDirectories(folder.resolve("spill"));
    ChildProcess.Builder builder =
        ChildProcess.command(command)
            .name(variant.title.replace(' ', '-'))
            .in(folder)
            // both agents read it; the protocol is http/protobuf by default in both
            .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlpHttpUrl())
            .environment("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort())
            .environment("VIGIA_SPILL_DIR", spill.toString());
    environment.forEach(builder::environment);
    return new Application(builder.start(), gc);
  }
}
