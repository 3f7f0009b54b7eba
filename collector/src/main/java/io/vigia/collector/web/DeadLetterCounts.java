package io.vigia.collector.web;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vigia.collector.core.DeadLetterStatus;
import java.util.List;
import java.util.function.Supplier;

/** What destinations refused for good, as metrics. */
final class DeadLetterCounts implements MultiCollector {
  private final Supplier<List<DeadLetterStatus>> status;

  DeadLetterCounts(Supplier<List<DeadLetterStatus>> status) {
    this.status = status;
  }

  @Override
  public MetricSnapshots collect() {
    GaugeSnapshot.Builder items =
        GaugeSnapshot.builder()
            .name("vigia_dead_letters_items")
            .help("Items a destination refused for good, kept on disk.");
    GaugeSnapshot.Builder bytes =
        GaugeSnapshot.builder().name("vigia_dead_letters_bytes").help("Size of their files.");
    CounterSnapshot.Builder removed =
        CounterSnapshot.builder()
            .name("vigia_dead_letters_removed_items")
            .help(
                "Items that are kept no more: retried, dropped by command, beyond the size limit,"
                    + " or unreadable.");
    for (DeadLetterStatus one : status.get()) {
      Labels labels = Labels.of("destination", one.destination());
      items.dataPoint(gauge(labels, one.items()));
      bytes.dataPoint(gauge(labels, one.bytes()));
      one.removed()
          .forEach(
              (reason, count) ->
                  removed.dataPoint(
                      CounterDataPointSnapshot.builder()
                          .labels(labels.add("reason", reason))
                          .value(count)
                          .build()));
    }
    return MetricSnapshots.of(items.build(), bytes.build(), removed.build());
  }

  private static GaugeDataPointSnapshot gauge(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
