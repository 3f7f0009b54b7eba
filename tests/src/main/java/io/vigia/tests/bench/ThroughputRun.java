package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.collector.Exposition;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One workload: three processes, a warm-up, then runs that end when everything is delivered. */
final class ThroughputRun implements AutoCloseable {
  static final String HEADER =
      "%-9s %11s %13s %9s %9s %8s %8s %9s %9s"
          .formatted(
              "work",
              "events/s",
              "per CPU-s",
              "ack p50ms",
              "ack p99ms",
              "fsync/s",
              "peak MB",
              "disk B/ev",
              "drain ms");
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Workload workload;
  private final ChildProcess sink;
  private final CollectorProcess collector;
  private final ClientProcess client;

  private record Result(
      double eventsPerSecond,
      double perCpuSecond,
      long p50Micros,
      long p99Micros,
      double syncsPerSecond,
      double bytesPerEvent,
      long drainMillis) {}

  ThroughputRun(Workload workload, int connections, int window, List<String> jvm) {
    this.workload = workload;
    int sinkPort = Ports.free();
    sink = sink(workload, sinkPort);
    collector =
        CollectorProcess.builder()
            .destination(workload.destination("http://127.0.0.1:" + sinkPort))
            .jvm(jvm.toArray(String[]::new))
            .build()
            .start();
    client = new ClientProcess(workload, collector, connections, window);
  }

  /** Prints the median run (by events per CPU-second). */
  void print(int warmUpSeconds, int seconds, int runs) throws IOException {
    once(warmUpSeconds);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      results.add(once(seconds));
    }
    results.sort(Comparator.comparingDouble(Result::perCpuSecond));
    Result median = results.get(runs / 2);
    System.out.printf(
        "%-9s %,11.0f %,13.0f %9.1f %9.1f %8.0f %8.0f %9.0f %9d%n",
        workload,
        median.eventsPerSecond(),
        median.perCpuSecond(),
        median.p50Micros() / 1000.0,
        median.p99Micros() / 1000.0,
        median.syncsPerSecond(),
        ProcFigures.of(collector.process().pid()).peakResidentKib() / 1024.0,
        median.bytesPerEvent(),
        median.drainMillis());
  }

  private Result once(int seconds) throws IOException {
    long pid = collector.process().pid();
    ProcFigures before = ProcFigures.of(pid);
    double syncsBefore = syncs();
    double deliveredBefore = delivered();
    long start = System.nanoTime();
    ClientProcess.Answer answer = client.run(seconds, 0);
    long sent = System.nanoTime();
    long events = answer.events();
    collector.process().awaitReady(() -> delivered() - deliveredBefore >= events, LIMIT);
    long drained = System.nanoTime();
    ProcFigures after = ProcFigures.of(pid);
    double cpuSeconds = (after.cpuMillis() - before.cpuMillis()) / 1000.0;
    double elapsed = (sent - start) / 1e9;
    return new Result(
        events / elapsed,
        events / cpuSeconds,
        answer.p50Micros(),
        answer.p99Micros(),
        (syncs() - syncsBefore) / elapsed,
        (after.writtenBytes() - before.writtenBytes()) / (double) events,
        (drained - sent) / 1_000_000);
  }

  private double delivered() {
    Exposition metrics = collector.metrics();
    return metrics.sum("vigia_destination_delivered_items_total", "signal", workload.signal());
  }

  private double syncs() {
    return collector.metrics().sum("vigia_log_sync_seconds_count");
  }

  @Override
  public void close() {
    client.close();
    collector.close();
    sink.close();
  }

  /** A backend for the workload, on that port. */
  static ChildProcess sink(Workload workload, int port) {
    String kind = workload.signal().equals("logs") ? "bulk" : "grpc";
    ChildProcess sink = ClientProcess.java(Sink.class, kind, "" + port);
    sink.awaitOutput("ready", LIMIT);
    return sink;
  }
}
