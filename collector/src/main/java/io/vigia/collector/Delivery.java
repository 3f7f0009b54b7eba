package io.vigia.collector;

import io.vigia.collector.config.ClientConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.config.Where;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.pipeline.DestinationOptions;
import io.vigia.collector.pipeline.Pipeline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The destinations that run, and their exporters. Used under the collector's lock. */
final class Delivery implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Delivery.class);

  private final Exporters exporters;
  private final Map<String, Running> running = new LinkedHashMap<>();

  /** Those that can run neither as asked for nor as before. */
  private final Set<String> held = new LinkedHashSet<>();

  private record Running(DestinationConfig config, Exporter exporter) {}

  Delivery(Exporters exporters) {
    this.exporters = exporters;
  }

  /** Starts the exporters and tells the pipeline's builder of them. */
  void start(List<DestinationConfig> destinations, Pipeline.Builder builder)
      throws ConfigException {
    for (DestinationConfig destination : destinations) {
      builder.destination(
          destination.common().name(), exporter(destination), options(destination.common()));
    }
  }

  /**
   * Brings the running destinations to what is asked for, one after the other; one that fails stays
   * as it was, where that can still be started. For the pipeline it is one change: between two
   * destinations of which one takes the place of the other no signal is turned away, and nothing is
   * freed.
   *
   * @param said gets a line for each change and each failure
   */
  void apply(List<DestinationConfig> asked, Pipeline pipeline, Consumer<String> said) {
    pipeline.change(() -> applyAll(asked, pipeline, said));
  }

  private void applyAll(List<DestinationConfig> asked, Pipeline pipeline, Consumer<String> said) {
    Map<String, DestinationConfig> next =
        asked.stream().collect(Collectors.toMap(d -> d.common().name(), d -> d));
    for (String name : Stream.concat(running.keySet().stream(), held.stream()).toList()) {
      if (!next.containsKey(name)) {
        change(name, null, pipeline, said);
      }
    }
    for (DestinationConfig destination : asked) {
      String name = destination.common().name();
      Running now = running.get(name);
      if (now == null || !now.config.equals(destination)) {
        change(name, destination, pipeline, said);
      }
    }
  }

  private void change(
      String name, @Nullable DestinationConfig asked, Pipeline pipeline, Consumer<String> said) {
    Running before = running.get(name);
    if (asked instanceof DestinationConfig.Local
        || (before != null && before.config instanceof DestinationConfig.Local)) {
      said.accept(
          (asked == null ? "destinations." + name : asked.common().where())
              + ": the embedded store changes at the next start only");
      return;
    }
    try {
      if (before != null || asked == null) {
        remove(name, pipeline);
      }
      if (asked != null) {
        addOrBringBack(asked, before, pipeline, said);
      }
      said.accept(
          "destinations."
              + name
              + (asked == null ? " removed" : before == null ? " added" : " changed"));
    } catch (ConfigException | RuntimeException | Error e) { // the others change all the same
      said.accept(
          (e instanceof ConfigException ? e.getMessage() : "destinations." + name + ": " + e)
              + (running.containsKey(name)
                  ? "; it stays as it was"
                  : "; it does not run until the configuration is loaded again"));
    }
  }

  private void addOrBringBack(
      DestinationConfig asked, @Nullable Running before, Pipeline pipeline, Consumer<String> said)
      throws ConfigException {
    try {
      add(asked, pipeline);
    } catch (ConfigException | RuntimeException | Error e) { // also threads that are not to be had
      if (before != null) {
        remove(before.config.common().name(), pipeline); // half of it may be there
        bringBack(before.config, pipeline, said);
      } else {
        forget(asked.common().name());
      }
      throw e;
    }
  }

  /** What it has not had is kept, also while it does not run. */
  private void bringBack(DestinationConfig config, Pipeline pipeline, Consumer<String> said) {
    String name = config.common().name();
    try {
      pipeline.addWhenPossible(name, exporter(config), options(config.common()));
    } catch (ConfigException | RuntimeException | Error e) {
      held.add(name);
      pipeline.hold(name, e);
      said.accept(e.getMessage() + "; nor can it run as it did, but what waits for it is kept");
    }
  }

  private void remove(String name, Pipeline pipeline) {
    Running before = running.remove(name);
    held.remove(name);
    pipeline.remove(name);
    if (before != null) {
      before.exporter.close();
    }
  }

  /** It did not begin: the next configuration that is read finds it not running. */
  private void forget(String name) {
    Running before = running.remove(name);
    if (before != null) {
      before.exporter.close();
    }
  }

  private void add(DestinationConfig destination, Pipeline pipeline) throws ConfigException {
    DestinationConfig.Common common = destination.common();
    Exporter exporter = exporter(destination);
    try {
      pipeline.add(common.name(), exporter, options(common));
      held.remove(common.name());
    } catch (IOException e) {
      forget(common.name());
      throw new ConfigException(common.where(), "" + e.getMessage());
    }
  }

  /** What the requests to each destination may hold at once. */
  List<MemoryBudget.Part> memory() {
    List<MemoryBudget.Part> parts = new ArrayList<>();
    running.forEach(
        (name, one) -> {
          Exporter.Limits limits = one.exporter.limits();
          long signals =
              one.config.common().signals().stream()
                  .filter(one.exporter.signals()::contains)
                  .count();
          long requests = limits.maxInFlight() * signals;
          String part = "destinations." + name;
          parts.add(
              new MemoryBudget.Part(
                  part, part, false, requests * limits.maxBatchBytes(), /* usedBytes= */ null));
        });
    return parts;
  }

  private Exporter exporter(DestinationConfig destination) throws ConfigException {
    Exporter exporter = exporters.create(destination);
    try {
      exporter.start();
    } catch (IOException e) {
      exporter.close();
      Where where =
          destination instanceof DestinationConfig.Scrape scrape
              ? scrape.listen().where()
              : destination.common().where();
      throw new ConfigException(where, "" + e.getMessage());
    }
    running.put(destination.common().name(), new Running(destination, exporter));
    ClientConfig.Tls tls = destination.tls();
    if (tls != null && tls.insecure()) {
      log.warn(
          "destinations.{}: any certificate is taken (tls.insecure: true), whoever it is from; for"
              + " trials only",
          destination.common().name());
    }
    return exporter;
  }

  private static DestinationOptions options(DestinationConfig.Common common) {
    return DestinationOptions.defaults()
        .withRequired(common.required())
        .withSignals(common.signals())
        .withLimits(common.maxAgeMillis(), common.maxBacklogBytes())
        .withMaxDeadLetterBytes(common.maxDeadLetterBytes());
  }

  /** Closes the exporters, the last one first. */
  @Override
  public void close() {
    List<Running> all = new ArrayList<>(running.values());
    Collections.reverse(all);
    all.forEach(one -> one.exporter.close());
    running.clear();
  }
}
