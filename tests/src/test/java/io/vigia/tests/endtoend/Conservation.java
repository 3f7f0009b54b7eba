package io.vigia.tests.endtoend;

import io.vigia.tests.collector.Exposition;
import java.util.List;

/** {@code accepted = delivered + dropped + pending} of one destination and signal. */
record Conservation(
    String destination,
    String signal,
    double accepted,
    double delivered,
    double dropped,
    double pending) {

  static List<Conservation> of(Exposition metrics) {
    return metrics.samples("vigia_destination_accepted_items_total").stream()
        .map(
            sample -> {
              String[] labels = {
                "destination", sample.labels().getOrDefault("destination", ""),
                "signal", sample.labels().getOrDefault("signal", "")
              };
              return new Conservation(
                  labels[1],
                  labels[3],
                  sample.value(),
                  metrics.sum("vigia_destination_delivered_items_total", labels),
                  metrics.sum("vigia_destination_dropped_items_total", labels),
                  metrics.sum("vigia_destination_pending_items", labels));
            })
        .toList();
  }

  boolean balanced() {
    return accepted == delivered + dropped + pending;
  }
}
