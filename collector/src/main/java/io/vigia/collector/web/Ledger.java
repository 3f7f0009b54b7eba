package io.vigia.collector.web;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vigia.collector.core.DestinationStatus;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The ledgers of all destinations as metrics. One scrape is one reading, so in it {@code accepted =
 * delivered + dropped + pending} holds for every destination and signal.
 */
final class Ledger implements MultiCollector {
  private final Supplier<List<DestinationStatus>> status;

  Ledger(Supplier<List<DestinationStatus>> status) {
    this.status = status;
  }

  @Override
  public MetricSnapshots collect() {
    List<DestinationStatus> lines = status.get();
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    all.metricSnapshot(
        counter(lines, "accepted_items", "Items to be delivered.", DestinationStatus::accepted));
    all.metricSnapshot(
        counter(
            lines,
            "delivered_items",
            "Items the destination confirmed.",
            DestinationStatus::delivered));
    all.metricSnapshot(dropped(lines));
    all.metricSnapshot(
        gauge(lines, "pending_items", "Items still to be delivered.", DestinationStatus::pending));
    all.metricSnapshot(
        gauge(
            lines,
            "pending_bytes",
            "Bytes of the disk log still to be read.",
            DestinationStatus::pendingBytes));
    all.metricSnapshot(
        counter(
            lines,
            "duplicate_items",
            "Of the delivered, items the destination had already.",
            DestinationStatus::duplicates));
    all.metricSnapshot(
        counter(lines, "retries", "Requests that failed.", DestinationStatus::retries));
    all.metricSnapshot(
        gauge(
            lines,
            "oldest_pending_timestamp_seconds",
            "When the oldest record not yet delivered was received, 0 when there is none.",
            s -> s.oldestPendingUnixNanos() / 1e9));
    all.metricSnapshot(
        gauge(
            lines,
            "circuit_open",
            "1 while waiting before the next try, 0.5 while trying again, 0 otherwise.",
            s -> s.circuit().ordinal() == 0 ? 0 : s.circuit().ordinal() == 1 ? 1 : 0.5));
    return all.build();
  }

  private static Labels labels(DestinationStatus line) {
    return Labels.of("destination", line.destination(), "signal", line.signal().id());
  }

  private static CounterSnapshot counter(
      List<DestinationStatus> lines,
      String name,
      String help,
      ToDoubleFunction<DestinationStatus> value) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder().name("vigia_destination_" + name).help(help);
    for (DestinationStatus line : lines) {
      counter.dataPoint(
          CounterDataPointSnapshot.builder()
              .labels(labels(line))
              .value(value.applyAsDouble(line))
              .build());
    }
    return counter.build();
  }

  private static CounterSnapshot dropped(List<DestinationStatus> lines) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name("vigia_destination_dropped_items")
            .help("Items that will not be delivered, by reason.");
    for (DestinationStatus line : lines) {
      line.dropped()
          .forEach(
              (reason, items) ->
                  counter.dataPoint(
                      CounterDataPointSnapshot.builder()
                          .labels(labels(line).add("reason", reason))
                          .value(items)
                          .build()));
    }
    return counter.build();
  }

  private static GaugeSnapshot gauge(
      List<DestinationStatus> lines,
      String name,
      String help,
      ToDoubleFunction<DestinationStatus> value) {
    GaugeSnapshot.Builder gauge =
        GaugeSnapshot.builder().name("vigia_destination_" + name).help(help);
    for (DestinationStatus line : lines) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(labels(line))
              .value(value.applyAsDouble(line))
              .build());
    }
    return gauge.build();
  }
}
