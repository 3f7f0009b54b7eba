package io.vigia.collector.pipeline;

import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import java.util.ArrayList;
import java.util.List;

/** One destination as configured. */
record Destination(String name, Exporter exporter, DestinationOptions options) {
  /** Which it gets, in their order. */
  List<Signal> signals() {
    List<Signal> signals = new ArrayList<>();
    for (Signal signal : Signal.values()) {
      if (exporter.signals().contains(signal) && options.signals().contains(signal)) {
        signals.add(signal);
      }
    }
    return signals;
  }
}
