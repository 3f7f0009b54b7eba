package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.config.Where;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.pipeline.DestinationOptions;
import io.vigia.collector.pipeline.Pipeline;
import io.vigia.collector.pipeline.Quota;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import io.vigia.collector.store.LocalStore;
import io.vigia.collector.web.CollectorInfo;
import io.vigia.collector.web.PrometheusCollectorMetrics;
import io.vigia.collector.web.WebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole machine. Read this first.
 *
 * <pre>
 * receivers ─► intake ─► disk log (a signal, fsync, then ack) ─┬─ cursor ─ exporter ─► backend
 *  otlp, forward                                               ├─ cursor ─ exporter ─► backend
 *                                                              └─ cursor ─ exporter ─► embedded store ─► page
 * </pre>
 *
 * <p>Started in the order in which data could need a part, from the back to the front: store,
 * exporters, pipeline, receivers, page; stopped in the reverse order, so that what was accepted
 * still finds everything it needs.
 */
public final class Collector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Collector.class);

  private final CollectorConfig config;
  private final PrometheusCollectorMetrics metrics = new PrometheusCollectorMetrics();
  private final Deque<Component> started = new ArrayDeque<>();
  private final List<Receiver> receivers = new ArrayList<>();
  private @Nullable OtlpReceiver otlp;
  private @Nullable ForwardReceiver forward;
  private @Nullable WebServer web;
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
      prepareDataDirectory();
      Exporters exporters = new Exporters(config);
      LocalStore store = exporters.store();
      if (store != null) {
        start(store, config.dataWhere());
      }
      Pipeline pipeline = pipeline(exporters);
      start(pipeline, config.dataWhere());
      startReceivers(pipeline);
      startWeb(pipeline, store);
      warnAboutOpenPorts();
      ready = true;
    } catch (ConfigException | RuntimeException e) {
      close();
      throw e;
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

  private Pipeline pipeline(Exporters exporters) throws ConfigException {
    CollectorConfig.Log settings = config.log();
    Pipeline.Builder builder =
        Pipeline.builder()
            .directory(config.data().resolve("log"))
            .durability(
                switch (settings.durability()) {
                  case FSYNC -> Durability.fsync();
                  case INTERVAL -> Durability.interval(settings.intervalMillis());
                  case OS -> Durability.os();
                })
            .segmentBytes(settings.segmentBytes())
            .graceMillis(config.graceMillis() / 2)
            .quota(new Quota(settings.quotaBytes(), settings.quotaFreeSharePercent() / 100.0))
            .metrics(metrics);
    for (DestinationConfig destination : config.destinations()) {
      DestinationConfig.Common common = destination.common();
      Exporter exporter = exporters.create(destination);
      start(
          exporter,
          destination instanceof DestinationConfig.Scrape scrape
              ? scrape.listen().where()
              : common.where());
      builder.destination(
          common.name(),
          exporter,
          DestinationOptions.defaults()
              .withRequired(common.required())
              .withSignals(common.signals())
              .withLimits(common.maxAgeMillis(), common.maxBacklogBytes()));
    }
    return builder.build();
  }

  private void startReceivers(Pipeline pipeline) throws ConfigException {
    Receivers make =
        new Receivers(pipeline.intake(), metrics, new IntakeBudget(config.receiversMemoryBytes()));
    long drainMillis = config.graceMillis() / 2;
    CollectorConfig.Otlp otlpConfig = config.otlp();
    if (otlpConfig != null) {
      otlp = make.otlp(otlpConfig, Receivers.sampling(config), drainMillis);
      receivers.add(otlp);
      start(otlp, Receivers.where(otlpConfig));
    }
    CollectorConfig.Forward forwardConfig = config.forward();
    if (forwardConfig != null) {
      forward = make.forward(forwardConfig, drainMillis);
      receivers.add(forward);
      start(forward, forwardConfig.listen().where());
    }
  }

  private void startWeb(Pipeline pipeline, @Nullable LocalStore store) throws ConfigException {
    CollectorConfig.Web webConfig = config.web();
    if (webConfig == null) {
      return;
    }
    web =
        WebServer.builder()
            .listen(webConfig.listen().address())
            .tls(Receivers.tls(webConfig.tls(), List.of()))
            .reader(store == null ? null : store.reader())
            .status(pipeline::status)
            .metrics(metrics)
            .ready(() -> ready)
            .info(
                new CollectorInfo(
                    Version.current(),
                    AgentJar.attachLine(),
                    addresses(),
                    config.data().toAbsolutePath().normalize().toString()))
            .build();
    start(web, webConfig.listen().where());
  }

  private void start(Component component, Where where) throws ConfigException {
    // pushed first: a component that failed half way is closed too
    started.push(component);
    try {
      component.start();
    } catch (IOException e) {
      throw new ConfigException(where, "" + e.getMessage());
    }
  }

  private void prepareDataDirectory() throws ConfigException {
    Path data = config.data();
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new ConfigException(
          config.dataWhere(),
          "the directory "
              + data.toAbsolutePath()
              + " cannot be made ("
              + e.getClass().getSimpleName()
              + "); choose another with data: or change its owner");
    }
    if (!Files.isWritable(data)) {
      throw new ConfigException(
          config.dataWhere(),
          "the directory "
              + data.toAbsolutePath()
              + " cannot be written by this user; choose another with data: or change its owner");
    }
  }

  /** Where it listens: protocol, and address as a client would write it. */
  synchronized Map<String, String> addresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    CollectorConfig.Otlp otlpConfig = config.otlp();
    if (otlp != null && otlpConfig != null) {
      Receivers.addresses(otlpConfig, otlp, addresses);
    }
    if (forward != null) {
      addresses.put("forward", Addresses.text(forward.address()));
    }
    CollectorConfig.Web webConfig = config.web();
    if (web != null && webConfig != null) {
      addresses.put(
          "page",
          (webConfig.tls() == null ? "http://" : "https://") + Addresses.text(web.address()));
    }
    return addresses;
  }

  /**
   * Stops accepting, answers what was accepted, delivers for a bounded time, keeps the rest. Takes
   * the configured grace time and a few seconds at most.
   */
  @Override
  public synchronized void close() {
    ready = false;
    Receivers.close(receivers);
    while (!started.isEmpty()) {
      started.pop().close();
    }
  }
}
