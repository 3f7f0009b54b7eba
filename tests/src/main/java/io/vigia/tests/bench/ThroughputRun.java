package io.vigia.tests.bench;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One workload: three processes, a warm-up, then runs that end when everything is delivered. */
final class ThroughputRun implements AutoCloseable {
  static final String HEADER =
      "%-9s %-13s %11s %13s %9s %9s %8s %8s %9s %9s %9s"
          .formatted(
              "work",
              "collector",
              "events/s",
              "per CPU-s",
              "ack p50ms",
              "ack p99ms",
              "half load",
              "fsync/s",
              "peak MB",
              "disk B/ev",
              "drain ms");
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Workload workload;
  private final Path counter = Folders.temporary("sink").resolve("taken");
  private final ChildProcess sink;
  private final Subject subject;
  private final ClientProcess client;

  private record Result(
      double eventsPerSecond,
      double perCpuSecond,
      long p50Micros,
      long p99Micros,
      double syncsPerSecond,
      double bytesPerEvent,
      long drainMillis) {}

  /** Something was refused, or acknowledged and did not come; nothing more can be measured. */
  static final class NotMeasuredException extends Exception {
    private static final long serialVersionUID = 1L;

    NotMeasuredException(String collector, String why) {
      super("%-13s %s".formatted(collector, why));
    }
  }

  /** Makes the collector that is measured. */
  interface Start {
    Subject start(Workload workload, int sinkPort);
  }

  ThroughputRun(Workload workload, int connections, int window, Start start) {
    this.workload = workload;
    int sinkPort = Ports.free();
    sink = Sink.start(workload.sink(), sinkPort, counter);
    subject = start.start(workload, sinkPort);
    client = new ClientProcess(workload, subject.port(workload), connections, window);
  }

  /**
   * Prints the median run (by events per CPU-second), and the 99th percentile of the
   * acknowledgements' latency in the median (by just that) of as many more, at half of its events
   * per second: one stall of the disk is the 99th percentile of a single run.
   */
  void print(int warmUpSeconds, int seconds, int runs) throws IOException, NotMeasuredException {
    once(warmUpSeconds, 0);
    Result median = median(seconds, runs, 0, Comparator.comparingDouble(Result::perCpuSecond));
    long halfLoad = (long) (median.eventsPerSecond() / 2);
    Result half = median(seconds, runs, halfLoad, Comparator.comparingLong(Result::p99Micros));
    System.out.printf(
        "%-9s %-13s %,11.0f %,13.0f %9.1f %9.1f %9.1f %8.0f %8.0f %9.0f %9d%n",
        workload,
        subject.name(),
        median.eventsPerSecond(),
        median.perCpuSecond(),
        median.p50Micros() / 1000.0,
        median.p99Micros() / 1000.0,
        half.p99Micros() / 1000.0,
        median.syncsPerSecond(),
        ProcFigures.of(subject.pid()).peakResidentKib() / 1024.0,
        median.bytesPerEvent(),
        median.drainMillis());
  }

  private Result median(int seconds, int runs, long eventsPerSecond, Comparator<Result> by)
      throws IOException, NotMeasuredException {
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      results.add(once(seconds, eventsPerSecond));
    }
    results.sort(by);
    return results.get(runs / 2);
  }

  /** Who was measured, and what it promises as it is set up here. */
  String conditions() {
    return subject.name() + ": " + subject.conditions();
  }

  /**
   * @param eventsPerSecond 0 for as fast as it is acknowledged
   */
  private Result once(int seconds, long eventsPerSecond) throws IOException, NotMeasuredException {
    ProcFigures before = ProcFigures.of(subject.pid());
    double syncsBefore = subject.syncs();
    long deliveredBefore = delivered();
    long start = System.nanoTime();
    ClientProcess.Answer answer = client.run(seconds, eventsPerSecond);
    long sent = System.nanoTime();
    long events = answer.events();
    if (answer.failures() > 0) {
      throw new NotMeasuredException(
          subject.name(), "%,d requests failed".formatted(answer.failures()));
    }
    long end = sent + LIMIT.toNanos();
    sink.awaitReady(
        () -> delivered() - deliveredBefore >= events || System.nanoTime() > end,
        LIMIT.plusMinutes(1));
    long drained = System.nanoTime();
    if (delivered() - deliveredBefore < events) {
      throw new NotMeasuredException(
          subject.name(),
          "%,d of %,d acknowledged events were delivered %d s after the last"
              .formatted(delivered() - deliveredBefore, events, LIMIT.toSeconds()));
    }
    ProcFigures after = ProcFigures.of(subject.pid());
    double cpuSeconds = (after.cpuMillis() - before.cpuMillis()) / 1000.0;
    double elapsed = (sent - start) / 1e9;
    return new Result(
        events / elapsed,
        events / cpuSeconds,
        answer.p50Micros(),
        answer.p99Micros(),
        (subject.syncs() - syncsBefore) / elapsed,
        (after.writtenBytes() - before.writtenBytes()) / (double) events,
        (drained - sent) / 1_000_000);
  }

  /** What the sink has taken so far. */
  private long delivered() {
    return Sink.taken(counter);
  }

  @Override
  public void close() throws IOException {
    client.close();
    subject.close();
    sink.close();
  }
}
