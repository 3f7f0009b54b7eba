package io.vigia.collector.web;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts into a registry of its own, shown at {@code /metrics}. */
public final class PrometheusCollectorMetrics implements CollectorMetrics {
  private static final double NANOS = 1e9;
  private static final double[] SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter acceptedItems =
      counter(
          "vigia_receiver_accepted_items_total",
          "Items made durable and acknowledged.",
          "receiver",
          "signal");
  private final Counter acceptedBytes =
      counter(
          "vigia_receiver_accepted_bytes_total",
          "OTLP bytes made durable and acknowledged.",
          "receiver",
          "signal");
  private final Histogram ack =
      seconds(
          "vigia_receiver_ack_seconds",
          "From a batch at the intake to its acknowledgement.",
          "receiver",
          "signal");
  private final Counter refusedItems =
      counter(
          "vigia_receiver_refused_items_total",
          "Items not taken; the sender was told.",
          "receiver",
          "signal",
          "reason");
  private final Counter malformed =
      counter(
          "vigia_receiver_malformed_total",
          "Requests or messages that could not be understood.",
          "receiver",
          "reason");
  private final Counter readEvents =
      counter("vigia_receiver_read_events_total", "Events made of what files contain.", "receiver");
  private final Counter readBytes =
      counter("vigia_receiver_read_bytes_total", "Bytes of the events of files.", "receiver");
  private final Gauge files =
      gauge("vigia_receiver_files", "Files that are read, as of the last look.", "receiver");
  private final Gauge behind =
      gauge(
          "vigia_receiver_behind_bytes",
          "Bytes of files that were not delivered yet, as of the last look.",
          "receiver");
  private final Histogram sync =
      seconds("vigia_log_sync_seconds", "One fsync of a disk log.", "signal");
  private final Counter syncedRecords =
      counter("vigia_log_synced_records_total", "Records made durable.", "signal");
  private final Counter syncedBytes =
      counter("vigia_log_synced_bytes_total", "Bytes made durable.", "signal");
  private final Counter badRecords =
      counter(
          "vigia_log_bad_records_total",
          "Stored records that could not be read and were set aside.",
          "signal",
          "reason");
  private final Histogram request =
      seconds(
          "vigia_destination_request_seconds",
          "One request of a destination.",
          "destination",
          "signal",
          "outcome");
  private final Counter requestBytes =
      counter(
          "vigia_destination_request_bytes_total",
          "Bytes sent to a destination, of requests that ended.",
          "destination",
          "signal",
          "outcome");

  /** What is counted for every batch, found once. */
  private final Map<Receiver, Accepted> accepted = new ConcurrentHashMap<>();

  private record Receiver(String name, Signal signal) {}

  private record Accepted(
      CounterDataPoint items, CounterDataPoint bytes, DistributionDataPoint ackSeconds) {}

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private Histogram seconds(String name, String help, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(SECONDS)
        .register(registry);
  }

  /** Where all of it is registered; others may add their own. */
  public PrometheusRegistry registry() {
    return registry;
  }

  @Override
  public void accepted(String receiver, Signal signal, int items, long bytes, long ackNanos) {
    Accepted counted = accepted.computeIfAbsent(new Receiver(receiver, signal), this::find);
    counted.items.inc(items);
    counted.bytes.inc(bytes);
    counted.ackSeconds.observe(ackNanos / NANOS);
  }

  private Accepted find(Receiver receiver) {
    String[] labels = {receiver.name, receiver.signal.id()};
    return new Accepted(
        acceptedItems.labelValues(labels),
        acceptedBytes.labelValues(labels),
        ack.labelValues(labels));
  }

  @Override
  public void refused(String receiver, Signal signal, String reason, int items) {
    refusedItems.labelValues(receiver, signal.id(), reason).inc(items);
  }

  @Override
  public void malformed(String receiver, String reason) {
    malformed.labelValues(receiver, reason).inc();
  }

  @Override
  public void read(String receiver, long bytes) {
    readEvents.labelValues(receiver).inc();
    readBytes.labelValues(receiver).inc(bytes);
  }

  @Override
  public void behind(String receiver, long bytes, int count) {
    behind.labelValues(receiver).set(bytes);
    files.labelValues(receiver).set(count);
  }

  @Override
  public void synced(Signal signal, long nanos, int records, long bytes) {
    sync.labelValues(signal.id()).observe(nanos / NANOS);
    syncedRecords.labelValues(signal.id()).inc(records);
    syncedBytes.labelValues(signal.id()).inc(bytes);
  }

  @Override
  public void badRecord(Signal signal, String reason) {
    badRecords.labelValues(signal.id(), reason).inc();
  }

  @Override
  public void exported(String destination, Signal signal, String outcome, long nanos, long bytes) {
    request.labelValues(destination, signal.id(), outcome).observe(nanos / NANOS);
    requestBytes.labelValues(destination, signal.id(), outcome).inc(bytes);
  }
}
