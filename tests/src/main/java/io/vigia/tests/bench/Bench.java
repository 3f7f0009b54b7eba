package io.vigia.tests.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the collector: sink, collector and load client are separate processes; only the
 * collector's CPU time counts.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures the collector's process between a load client and a sink.")
public final class Bench implements Callable<Integer> {
  @Option(
      names = "--work",
      split = ",",
      description = "of ${COMPLETION-CANDIDATES}; default: all, and start-up and idle")
  private List<Workload> work = new ArrayList<>();

  @Option(names = "--seconds", defaultValue = "10", description = "of a run (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--runs",
      defaultValue = "5",
      description = "the median counts (${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      description = "seconds before the first run: that long C2 is busy with it (${DEFAULT-VALUE})")
  private int warmUpSeconds;

  @Option(names = "--connections", defaultValue = "4", description = "(${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--window",
      defaultValue = "16",
      description = "requests in flight a connection (${DEFAULT-VALUE})")
  private int window;

  @Option(
      names = "--jvm",
      description =
          "an option of the collector's JVM, may be given several times; default: as in ./vigia run")
  private List<String> jvm = new ArrayList<>();

  @Option(
      names = "--no-peers",
      description = "leave out otelcol, fluent-bit and fluentd from the PATH")
  private boolean noPeers;

  @Option(
      names = "--outage-gib",
      description = "instead: grow a backlog of so many GiB without a destination, then drain it")
  private double outageGib;

  @Option(
      names = "--idle",
      description = "instead: hold so many idle connections and measure what they cost (10000)")
  private int idle;

  @Option(
      names = "--rate",
      defaultValue = "50000",
      description = "events a second during the outage (${DEFAULT-VALUE})")
  private long rate;

  private final Set<String> conditions = new LinkedHashSet<>();

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (jvm.isEmpty()) {
      jvm =
          List.of(
              "-XX:+UseSerialGC",
              "-Xms32m",
              "-Xmx256m",
              "-XX:MetaspaceSize=64m",
              "-XX:+IgnoreUnrecognizedVMOptions",
              "-XX:+UnlockDiagnosticVMOptions",
              "-XX:ArchiveRelocationMode=0",
              "-XX:TrimNativeHeapInterval=5000");
    }
    System.out.printf(
        "machine: %d processors, %s, Java %s; collector JVM options: %s%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.version"),
        System.getProperty("java.version"),
        jvm);
    if (idle > 0) {
      IdleRun.print(jvm, idle);
      return 0;
    }
    DiskFigures.print();
    if (outageGib > 0) {
      Workload workload = work.isEmpty() ? Workload.LOGS : work.get(0);
      try (OutageRun run = new OutageRun(workload, connections, window, jvm, rate, 10)) {
        return OutageFacts.print(run.run((long) (outageGib * (1L << 30)))) ? 0 : 1;
      }
    }
    if (work.isEmpty()) {
      StartUp.print(jvm, 5);
      Collections.addAll(work, Workload.values());
    }
    System.out.printf(
        "%d connections, %d requests in flight on each; %d runs of %d s after %d s, the median%n",
        connections, window, runs, seconds, warmUpSeconds);
    System.out.println(ThroughputRun.HEADER);
    for (Workload workload : work) {
      measure(workload, (work, sinkPort) -> new OurCollector(work, sinkPort, jvm));
      for (Peer peer : noPeers ? List.<Peer>of() : Peer.available(workload)) {
        try {
          measure(workload, peer::start);
        } catch (ThroughputRun.NotMeasuredException e) {
          System.out.printf("%-9s %s%n", workload, e.getMessage());
        }
      }
    }
    conditions.forEach(System.out::println);
    return 0;
  }

  private void measure(Workload workload, ThroughputRun.Start start)
      throws IOException, ThroughputRun.NotMeasuredException {
    try (ThroughputRun run = new ThroughputRun(workload, connections, window, start)) {
      conditions.add(run.conditions());
      run.print(warmUpSeconds, seconds, runs);
    }
  }
}
