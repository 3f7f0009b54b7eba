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
 * A long outage in small: the destination is away while a backlog grows, then comes back while new
 * data still arrives. Memory and ack latency must not notice, and nothing may be lost.
 */
final class OutageRun implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int STEP_SECONDS = 10;

  private final Workload workload;
  private final int sinkPort = Ports.free();
  private final CollectorProcess collector;
  private final ClientProcess client;
  private long sent;

  OutageRun(Workload workload, int connections, int window, List<String> jvm) {
    this.workload = workload;
    collector =
        CollectorProcess.builder()
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
   * @param eventsPerSecond what is sent meanwhile
   * @return whether everything was delivered
   */
  boolean print(long backlogBytes, long eventsPerSecond) throws IOException {
    System.out.printf(
        "outage: %s at %,d events/s until the backlog is %.1f GiB%n",
        workload, eventsPerSecond, backlogBytes / (double) (1 << 30));
    step("warm-up, nobody there", eventsPerSecond);
    while (pendingBytes() < backlogBytes) {
      step("away", eventsPerSecond);
    }
    long backlogItems = (long) pendingItems();
    Path counter = Folders.temporary("sink").resolve("taken");
    try (ChildProcess sink = Sink.start(workload.sink(), sinkPort, counter)) {
      long start = System.nanoTime();
      while (pendingItems() > eventsPerSecond) {
        step("back, draining", eventsPerSecond);
      }
      double drainSeconds = (System.nanoTime() - start) / 1e9;
      collector.process().awaitReady(() -> delivered() >= sent, LIMIT);
      System.out.printf(
          "outage: %,d events of backlog drained in %.0f s (%,.0f a second, and the new ones);"
              + " sent %,d, delivered %,.0f, taken by the sink %,d; sink alive: %s%n",
          backlogItems,
          drainSeconds,
          backlogItems / drainSeconds,
          sent,
          delivered(),
          Sink.taken(counter),
          sink.isAlive());
      return delivered() == sent;
    }
  }

  private void step(String what, long eventsPerSecond) throws IOException {
    ClientProcess.Answer answer = client.run(STEP_SECONDS, eventsPerSecond);
    sent += answer.events();
    System.out.printf(
        "  %-22s backlog %6.2f GiB, ack p50 %.1f ms p99 %.1f ms, resident %d MB%n",
        what,
        pendingBytes() / (1 << 30),
        answer.p50Micros() / 1000.0,
        answer.p99Micros() / 1000.0,
        ProcFigures.of(collector.process().pid()).residentKib() / 1024);
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
