package io.vigia.collector.web;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vigia.collector.core.LogStatus;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The disk logs, as metrics. */
final class LogGauges implements MultiCollector {
  private final Supplier<List<LogStatus>> status;

  LogGauges(Supplier<List<LogStatus>> status) {
    this.status = status;
  }

  @Override
  public MetricSnapshots collect() {
    List<LogStatus> logs = status.get();
    return MetricSnapshots.of(
        gauge(logs, "bytes", "Bytes of segment files.", LogStatus::bytes),
        gauge(logs, "allowed_bytes", "Above this size intake refuses.", LogStatus::allowedBytes),
        gauge(
            logs,
            "oldest_timestamp_seconds",
            "When the oldest record still on disk was received, 0 when there is none.",
            log -> log.oldestUnixNanos() / 1e9),
        gauge(
            logs,
            "failing",
            "1 while nothing can be written, because the disk is full or fails.",
            log -> log.failure() == null ? 0 : 1));
  }

  private static GaugeSnapshot gauge(
      List<LogStatus> logs, String name, String help, ToDoubleFunction<LogStatus> value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name("vigia_log_" + name).help(help);
    for (LogStatus log : logs) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(Labels.of("signal", log.signal().id()))
              .value(value.applyAsDouble(log))
              .build());
    }
    return gauge.build();
  }
}
