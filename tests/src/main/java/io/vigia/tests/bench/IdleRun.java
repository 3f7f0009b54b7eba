package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What idle connections cost the collector in resident memory. */
final class IdleRun {
  private static final int REST_SECONDS = 10;
  private static final int WARM_UP = 300;

  private IdleRun() {}

  static void print(List<String> jvm, int connections) throws IOException, InterruptedException {
    try (CollectorProcess collector =
        CollectorProcess.builder()
            .withoutAssertions()
            .destination("elasticsearch: {url: \"http://127.0.0.1:" + Ports.free() + "\"}")
            .jvm(jvm.toArray(String[]::new))
            .build()
            .start()) {
      connect(collector, WARM_UP).close(); // classes and pools are not the connections'
      long before = rest(collector);
      long open;
      try (ChildProcess client = connect(collector, connections)) {
        open = rest(collector);
      }
      long after = rest(collector);
      System.out.printf(
          "%d idle connections (a third each HTTP/2, HTTP/1.1, forward): %.1f MB before, %.1f MB"
              + " open, %.1f MB after; %.1f kB each%n",
          connections,
          before / 1024.0,
          open / 1024.0,
          after / 1024.0,
          (open - before) * 1.024 / connections);
    }
  }

  private static ChildProcess connect(CollectorProcess collector, int connections) {
    int http = java.net.URI.create(collector.otlpHttpUrl()).getPort();
    ChildProcess client =
        ClientProcess.java(
            IdleClient.class,
            "" + connections,
            "" + collector.otlpGrpcPort(),
            "" + http,
            "" + collector.forwardPort());
    client.awaitOutput("ready " + connections, Duration.ofSeconds(120));
    return client;
  }

  private static long rest(CollectorProcess collector) throws IOException, InterruptedException {
    Thread.sleep(REST_SECONDS * 1_000L);
    return ProcFigures.of(collector.process().pid()).residentKib();
  }
}
