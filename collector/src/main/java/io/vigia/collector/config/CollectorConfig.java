package io.vigia.collector.config;

import io.vigia.collector.core.Signal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, valid.
 *
 * @param file what was read, or {@code (defaults)}
 * @param data directory of disk log, cursors and embedded store
 * @param instance which of the collectors that share the data directory this is
 * @param adoptAfterMillis how long the directory of another instance must be nobody's before this
 *     one delivers what is there; 0 = never
 * @param receiversMemoryBytes of requests that have begun to arrive, over all receivers
 * @param destinations in the order of the file; never empty
 * @param web null when switched off
 * @param graceMillis how long stopping may answer and deliver; half of it each
 */
public record CollectorConfig(
    String file,
    Path data,
    Where dataWhere,
    String instance,
    long adoptAfterMillis,
    @Nullable Otlp otlp,
    @Nullable Forward forward,
    @Nullable Spill spill,
    @Nullable Containers containers,
    long receiversMemoryBytes,
    @Nullable Sampling sampling,
    List<DestinationConfig> destinations,
    @Nullable Web web,
    Log log,
    long graceMillis) {
  /** The instance when none is named. */
  public static final String DEFAULT_INSTANCE = "main";

  public CollectorConfig {
    destinations = List.copyOf(destinations);
  }

  /** Where all instances that share the data directory keep their logs and cursors. */
  public static Path states(Path data) {
    return data.resolve("state");
  }

  /** Where this instance keeps its logs and cursors; nobody else's while it runs. */
  public Path state() {
    return states(data).resolve(instance);
  }

  /** This configuration with those parts of {@code running} that change at the next start only. */
  public CollectorConfig withFixed(CollectorConfig running) {
    return new CollectorConfig(
        file,
        running.data,
        running.dataWhere,
        running.instance,
        running.adoptAfterMillis,
        otlp,
        forward,
        spill,
        containers,
        running.receiversMemoryBytes,
        sampling,
        destinations,
        web,
        running.log,
        running.graceMillis);
  }

  public CollectorConfig withWeb(@Nullable Web web) {
    return new CollectorConfig(
        file,
        data,
        dataWhere,
        instance,
        adoptAfterMillis,
        otlp,
        forward,
        spill,
        containers,
        receiversMemoryBytes,
        sampling,
        destinations,
        web,
        log,
        graceMillis);
  }

  /** One line for each difference to {@code running} that takes a restart. */
  public List<String> fixedDifferences(CollectorConfig running) {
    List<String> lines = new ArrayList<>();
    if (!data.equals(running.data)) {
      lines.add(dataWhere + ": changes at the next start only; still " + running.data);
    }
    if (!instance.equals(running.instance)) {
      lines.add("instance: changes at the next start only; still " + running.instance);
    }
    if (adoptAfterMillis != running.adoptAfterMillis) {
      lines.add("adoptAfter: changes at the next start only");
    }
    if (!log.equals(running.log)) {
      lines.add("log: changes at the next start only");
    }
    if (receiversMemoryBytes != running.receiversMemoryBytes) {
      lines.add("receivers.memory: changes at the next start only");
    }
    if (graceMillis != running.graceMillis) {
      lines.add("grace: changes at the next start only");
    }
    return lines;
  }

  /**
   * {@code receivers.spill}.
   *
   * @param directory where the agents of one user put what they cannot deliver
   */
  public record Spill(Path directory) {}

  /**
   * {@code receivers.containers}.
   *
   * @param directory where the kubelet keeps the logs of containers
   * @param exclude containers, as {@code namespace/pod/container} with {@code *}, that are not read
   */
  public record Containers(
      Path directory, List<String> exclude, boolean joinStackTraces, int maxEventBytes) {
    public Containers {
      exclude = List.copyOf(exclude);
    }
  }

  /**
   * {@code receivers.otlp}: at least one of the two is set; both may be the same address.
   *
   * @param tokenFile a bearer token in each line; null = everybody may send
   */
  public record Otlp(
      @Nullable Listen grpc,
      @Nullable Listen http,
      MetricsForm agents,
      Limits limits,
      @Nullable Tls tls,
      @Nullable Path tokenFile) {}

  /**
   * {@code receivers.otlp.agents}: in which form agents that are not told otherwise send metrics.
   *
   * @param delta otherwise cumulative
   * @param exponential histograms; otherwise with explicit buckets
   */
  public record MetricsForm(boolean delta, boolean exponential) {}

  /**
   * {@code receivers.forward}.
   *
   * @param handshake null = everybody may send
   */
  public record Forward(
      Listen listen, Limits limits, @Nullable Tls tls, @Nullable Handshake handshake) {}

  /** What forward senders must know; {@code users} may be null. */
  public record Handshake(Path sharedKey, @Nullable Path users, String hostname, Where where) {}

  /** {@code web}. */
  public record Web(Listen listen, @Nullable Tls tls) {}

  /**
   * Files in PEM.
   *
   * @param clientCa null = clients need no certificate
   */
  public record Tls(Path cert, Path key, @Nullable Path clientCa, Where where) {}

  /**
   * What senders may take.
   *
   * @param maxConnections per port
   * @param maxMessageBytes of one request or message
   * @param stallTimeoutMillis how long one that has begun may go without a byte
   * @param idleTimeoutMillis how long a connection may be silent; 0 = for ever
   */
  public record Limits(
      int maxConnections, int maxMessageBytes, long stallTimeoutMillis, long idleTimeoutMillis) {}

  /** {@code sampling}: a file of strategies in Jaeger's format. */
  public record Sampling(Path file, Where where) {}

  /**
   * {@code log}: the disk log.
   *
   * @param durability when an append counts as durable
   * @param intervalMillis for {@link Durability#INTERVAL}
   * @param quotaBytes of all signals together
   * @param quotaFreeSharePercent at most this share of what is free plus used by them
   * @param signalQuotaBytes of single signals, in addition
   * @param reserveBytes kept free for what has to be written on a full disk; 0 = nothing
   */
  public record Log(
      Durability durability,
      long intervalMillis,
      long segmentBytes,
      long quotaBytes,
      int quotaFreeSharePercent,
      Map<Signal, Long> signalQuotaBytes,
      long reserveBytes) {
    public Log {
      signalQuotaBytes = Map.copyOf(signalQuotaBytes);
    }
  }

  /** When an append may be acknowledged. */
  public enum Durability {
    /** After fsync. */
    FSYNC,
    /** At once; fsync follows within the interval. */
    INTERVAL,
    /** At once; the operating system writes when it likes. */
    OS
  }
}
