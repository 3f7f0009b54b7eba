package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.Where;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.pipeline.Pipeline;
import io.vigia.collector.pipeline.Quota;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.store.LocalStore;
import io.vigia.collector.web.CollectorInfo;
import io.vigia.collector.web.PrometheusCollectorMetrics;
import io.vigia.collector.web.WebServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole machine. Read this first.
 *
 * <pre>
 * receivers ─► intake ─► disk log (a signal, fsync, then ack) ─┬─ cursor ─ exporter ─► backend
 *  otlp, forward, containers                                   ├─ cursor ─ exporter ─► backend
 *                                                              └─ cursor ─ exporter ─► embedded store ─► page
 * </pre>
 *
 * <p>Started in the order in which data could need a part, from the back to the front: store,
 * exporters, pipeline, receivers, page; stopped in the reverse order, so that what was accepted
 * still finds everything it needs. {@link #reload} changes destinations, receivers and the page
 * while it runs.
 */
public final class Collector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Collector.class);

  private final PrometheusCollectorMetrics metrics = new PrometheusCollectorMetrics();
  private final Map<String, String> addresses = new ConcurrentSkipListMap<>();
  private volatile CollectorConfig config;
  private @Nullable LocalStore store;
  private @Nullable Delivery delivery;
  private @Nullable Pipeline pipeline;
  private @Nullable Adoption adoption;
  private @Nullable ControlSocket control;
  private @Nullable Receivers receivers;
  private @Nullable WebServer web;
  private List<MemoryBudget.Part> fixedParts = List.of();
  private volatile MemoryBudget budget = new MemoryBudget(List.of());
  private volatile boolean ready;

  public Collector(CollectorConfig config) {
    this.config = config;
  }

  /**
   * @throws ConfigException when something cannot work as configured (a port in use, a directory
   *     that cannot be written): place, problem and remedy in one line; nothing is left running
   */
  public synchronized void start() throws ConfigException {
    try {
      DataDirectory.prepare(config);
      Exporters exporters = new Exporters(config);
      store = exporters.store();
      if (store != null) {
        start(store, config.dataWhere());
      }
      Pipeline.Builder builder = pipelineBuilder();
      delivery = new Delivery(exporters);
      delivery.start(config.destinations(), builder);
      pipeline = builder.build();
      Instances instances = new Instances(config);
      startOwn(instances, pipeline);
      adoption =
          new Adoption(
              instances,
              () -> config.destinations(),
              exporters,
              this::pipelineBuilder,
              config.adoptAfterMillis());
      adoption.start();
      control =
          new ControlSocket(
              config.state(), new AdminRequest.Target(pipeline.cursors(), pipeline.deadLetters()));
      start(control, config.dataWhere());
      IntakeBudget intakeBudget = new IntakeBudget(config.receiversMemoryBytes());
      receivers = new Receivers(pipeline.intake(), metrics, intakeBudget, addresses);
      budget(delivery, pipeline, intakeBudget);
      receivers.containers(config); // before otlp, where agents ask whether it reads
      receivers.otlp(config);
      receivers.forward(config);
      receivers.spill(config);
      startWeb(pipeline);
      warnAboutOpenPorts();
      ready = true;
    } catch (ConfigException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void budget(Delivery delivery, Pipeline pipeline, IntakeBudget intakeBudget) {
    List<MemoryBudget.Part> fixed =
        List.of(
            new MemoryBudget.Part(
                "receivers",
                "receivers.memory and half as much again",
                false,
                config.receiversMemoryBytes() / 2 * 3,
                intakeBudget::usedBytes),
            new MemoryBudget.Part(
                "staging", "", true, pipeline.stagingBytes(), pipeline::stagingUsedBytes));
    fixedParts = fixed;
    budget(delivery);
    MemoryBudget.show(metrics.registry(), () -> budget);
  }

  /** After the destinations have changed. */
  private void budget(Delivery delivery) {
    List<MemoryBudget.Part> parts = new ArrayList<>(fixedParts);
    parts.addAll(delivery.memory());
    MemoryBudget now = new MemoryBudget(parts);
    if (!parts.equals(budget.parts())) {
      budget = now;
      String complaint = now.complaint();
      if (complaint != null) {
        log.warn("{}", complaint);
      }
    }
  }

  private void startOwn(Instances instances, Pipeline pipeline) throws ConfigException {
    try {
      instances.startOwn(pipeline);
    } catch (IOException e) {
      throw new ConfigException(config.dataWhere(), "" + e.getMessage());
    }
  }

  private List<DestinationStatus> status() {
    List<DestinationStatus> all = new ArrayList<>();
    if (pipeline != null && adoption != null) {
      all.addAll(pipeline.status());
      all.addAll(adoption.status());
    }
    return all;
  }

  private List<DeadLetterStatus> deadLetterStatus() {
    List<DeadLetterStatus> all = new ArrayList<>();
    if (pipeline != null && adoption != null) {
      all.addAll(pipeline.deadLetterStatus());
      all.addAll(adoption.deadLetterStatus());
    }
    return all;
  }

  private Pipeline.Builder pipelineBuilder() {
    CollectorConfig.Log settings = config.log();
    return Pipeline.builder()
        .directory(config.state())
        .durability(
            switch (settings.durability()) {
              case FSYNC -> Durability.fsync();
              case INTERVAL -> Durability.interval(settings.intervalMillis());
              case OS -> Durability.os();
            })
        .segmentBytes(settings.segmentBytes())
        .graceMillis(config.graceMillis() / 2)
        .quota(
            new Quota(
                settings.quotaBytes(),
                settings.quotaFreeSharePercent() / 100.0,
                settings.signalQuotaBytes()))
        .reserveBytes(settings.reserveBytes())
        .metrics(metrics);
  }

  private void startWeb(Pipeline pipeline) throws ConfigException {
    CollectorConfig.Web webConfig = config.web();
    if (webConfig == null) {
      return;
    }
    WebServer server =
        WebServer.builder()
            .listen(webConfig.listen().address())
            .tls(Receivers.tls(webConfig.tls(), List.of()))
            .reader(store == null ? null : store.reader())
            .status(this::status)
            .deadLetters(this::deadLetterStatus)
            .logs(pipeline::logStatus)
            .metrics(metrics)
            .ready(() -> ready)
            .info(
                new CollectorInfo(
                    Version.current(),
                    AgentJar.attachLine(),
                    addresses,
                    config.data().toAbsolutePath().normalize().toString()))
            .build();
    web = server;
    start(server, webConfig.listen().where());
    addresses.put("page", Addresses.url(webConfig.tls(), server.address()));
  }

  private static void start(Component component, Where where) throws ConfigException {
    try {
      component.start();
    } catch (IOException e) {
      throw new ConfigException(where, "" + e.getMessage());
    }
  }

  private void warnAboutOpenPorts() {
    List<String> open = Addresses.openToTheNetwork(config);
    if (!open.isEmpty()) {
      log.warn(
          "open to the network without TLS: {}; add tls: {cert: …, key: …} or listen on 127.0.0.1",
          String.join(", ", open));
    }
  }

  /**
   * Goes over to another configuration without a stop: what is the same goes on untouched, what was
   * accepted is answered. A part that cannot work as asked for stays as it was.
   *
   * @return what changed, and what could not, in one line each; empty when nothing is different
   */
  public synchronized List<String> reload(CollectorConfig next) {
    List<String> said = new ArrayList<>();
    if (!ready || delivery == null || pipeline == null || receivers == null) {
      return said;
    }
    CollectorConfig before = config;
    config = next.withFixed(before);
    said.addAll(next.fixedDifferences(before));
    delivery.apply(next.destinations(), pipeline, said::add);
    budget(delivery);
    attempt("receivers.otlp", said, receivers::otlp, !sameOtlp(before, next));
    attempt(
        "receivers.forward",
        said,
        receivers::forward,
        !Objects.equals(before.forward(), next.forward()));
    attempt(
        "receivers.spill", said, receivers::spill, !Objects.equals(before.spill(), next.spill()));
    attempt(
        "receivers.containers",
        said,
        receivers::containers,
        !Objects.equals(before.containers(), next.containers()));
    if (!Objects.equals(before.web(), next.web()) || (web == null && next.web() != null)) {
      reloadWeb(before, pipeline, said);
    }
    return said;
  }

  private static boolean sameOtlp(CollectorConfig before, CollectorConfig next) {
    return Objects.equals(before.otlp(), next.otlp())
        && Objects.equals(before.sampling(), next.sampling());
  }

  /** A part that is brought to the configuration. */
  private interface Part {
    void apply(CollectorConfig config) throws ConfigException;
  }

  private void attempt(String name, List<String> said, Part part, boolean different) {
    try {
      part.apply(config); // also when it is as before: an earlier try may have failed
      if (different) {
        said.add(name + " changed");
      }
    } catch (ConfigException e) {
      said.add(e.getMessage() + asBefore(e));
    }
  }

  /** What that means, when even the part of before could not be had again. */
  private static String asBefore(ConfigException failure) {
    return failure.getSuppressed().length == 0
        ? "; it stays as it was"
        : "; nor can it be as it was ("
            + failure.getSuppressed()[0].getMessage()
            + "): nothing listens there until the configuration is read again (SIGHUP)";
  }

  private void reloadWeb(CollectorConfig before, Pipeline pipeline, List<String> said) {
    if (web != null) {
      web.close();
      web = null;
      addresses.remove("page");
    }
    try {
      startWeb(pipeline);
      said.add("web changed");
    } catch (ConfigException e) {
      said.add(e.getMessage() + "; it stays as it was");
      config = config.withWeb(before.web());
      try {
        startWeb(pipeline);
      } catch (ConfigException lost) {
        close(web);
        web = null;
        said.add(lost.getMessage() + "; no page until the configuration is read again (SIGHUP)");
      }
    }
  }

  /** Where it listens: protocol, and address as a client would write it. */
  Map<String, String> addresses() {
    return addresses;
  }

  /**
   * Stops accepting, answers what was accepted, delivers for a bounded time, keeps the rest. Takes
   * the configured grace time and a few seconds at most.
   */
  @Override
  public synchronized void close() {
    ready = false;
    close(receivers);
    close(web);
    close(control);
    close(adoption);
    close(pipeline);
    close(delivery);
    close(store);
  }

  private static void close(@Nullable AutoCloseable part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (Exception e) {
      log.warn("closing: {}", e.toString());
    }
  }
}
