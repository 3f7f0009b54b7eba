package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import java.util.List;

/** Ours, with its defaults: an acknowledgement comes after fsync. */
final class OurCollector implements Subject {
  private final CollectorProcess process;

  OurCollector(Workload workload, int sinkPort, List<String> jvm) {
    process =
        CollectorProcess.builder()
            .withoutAssertions()
            .destination(workload.destination("http://127.0.0.1:" + sinkPort))
            .jvm(jvm.toArray(String[]::new))
            .build()
            .start();
  }

  @Override
  public String name() {
    return "vigia";
  }

  @Override
  public String conditions() {
    return "its defaults: acknowledges after fsync, ids that make a repetition harmless";
  }

  @Override
  public long pid() {
    return process.process().pid();
  }

  @Override
  public int port(Workload workload) {
    return workload.grpc() ? process.otlpGrpcPort() : process.forwardPort();
  }

  @Override
  public double syncs() {
    return process.metrics().sum("vigia_log_sync_seconds_count");
  }

  @Override
  public void close() {
    process.close();
  }
}
