package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A long outage in small: the destination is there, then away while a backlog grows, then back
 * while new data still arrives. {@link OutageFacts} says what has to hold.
 */
final class OutageRun implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int REFERENCE_STEPS = 3;

  /** Short, because the end of the drain is only seen at the end of a step. */
  private static final int DRAIN_STEP_SECONDS = 2;

  private final Workload workload;
  private final long eventsPerSecond;
  private final int stepSeconds;
  private final int sinkPort = Ports.free();
  private final CollectorProcess collector;
  private final ClientProcess client;
  private long sent;

  /**
   * @param eventsPerSecond what is sent, all the time
   * @param stepSeconds how long each measurement takes
   */
  OutageRun(
      Workload workload,
      int connections,
      int window,
      List<String> jvm,
      long eventsPerSecond,
      int stepSeconds) {
    this.stepSeconds = stepSeconds;
    this.workload = workload;
    this.eventsPerSecond = eventsPerSecond;
    collector =
        CollectorProcess.builder()
            .withoutAssertions()
            .destination(workload.destination("http://127.0.0.1:" + sinkPort))
            .jvm(jvm.toArray(String[]::new))
            .yaml("log: {quota: 100GiB}")
            .build()
            .start();
    int port = workload.grpc() ? collector.otlpGrpcPort() : collector.forwardPort();
    client = new ClientProcess(workload, port, connections, window);
  }

  /**
   * @param backlogBytes how far the backlog grows before the destination comes back
   * @return what {@link OutageFacts} judges
   */
  OutageFacts.Measured run(long backlogBytes) throws IOException {
    System.out.printf(
        "outage: %s at %,d events/s until the backlog is %.1f GiB%n",
        workload, eventsPerSecond, gib(backlogBytes));
    OutagePhase there = new OutagePhase();
    Path takenBefore = Folders.temporary("sink").resolve("taken");
    Path takenAfter = Folders.temporary("sink").resolve("taken");
    try (ChildProcess sink = Sink.start(workload.sink(), sinkPort, takenBefore)) {
      step("there, warm-up", stepSeconds, new OutagePhase());
      for (int i = 0; i < REFERENCE_STEPS; i++) {
        step("there", stepSeconds, there);
      }
      sink.kill();
    }
    OutagePhase away = new OutagePhase();
    while (pendingBytes() < backlogBytes) {
      step("away", stepSeconds, away);
    }
    double backlog = pendingItems();
    double peakBytes = pendingBytes();
    OutagePhase drain = new OutagePhase();
    try (ChildProcess sink = Sink.start(workload.sink(), sinkPort, takenAfter)) {
      double before = delivered();
      long start = System.nanoTime();
      while (pendingItems() > eventsPerSecond) {
        step("back, draining", DRAIN_STEP_SECONDS, drain);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double drained = delivered() - before;
      collector.process().awaitReady(() -> delivered() >= sent && sink.isAlive(), LIMIT);
      return new OutageFacts.Measured(
          there,
          away,
          drain,
          gib(peakBytes),
          (long) backlog,
          drained / seconds,
          seconds,
          eventsPerSecond,
          sent,
          (long) delivered(),
          Sink.taken(takenBefore) + Sink.taken(takenAfter),
          (long) collector.metrics().sum("vigia_destination_refused_items_total"));
    }
  }

  private void step(String what, int seconds, OutagePhase phase) throws IOException {
    ClientProcess.Answer answer = client.run(seconds, eventsPerSecond);
    if (answer.failures() > 0) {
      throw new IllegalStateException(answer.failures() + " requests failed");
    }
    sent += answer.events();
    long resident = ProcFigures.of(collector.process().pid()).residentKib() / 1024;
    phase.add(seconds, answer, resident);
    System.out.printf(
        "  %-15s backlog %6.2f GiB, accepted %,7d/s, ack p50 %.1f ms p99 %.1f ms, resident %d MB%n",
        what,
        gib(pendingBytes()),
        answer.events() / seconds,
        answer.p50Micros() / 1000.0,
        answer.p99Micros() / 1000.0,
        resident);
  }

  private static double gib(double bytes) {
    return bytes / (1 << 30);
  }

  private double delivered() {
    return collector.metrics().sum("vigia_destination_delivered_items_total");
  }

  private double pendingItems() {
    return collector.metrics().sum("vigia_destination_pending_items");
  }

  private double pendingBytes() {
    return collector.metrics().sum("vigia_destination_pending_bytes");
  }

  @Override
  public void close() {
    client.close();
    collector.close();
  }
}
