package io.vigia.collector.config;

import io.vigia.collector.core.Signal;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One entry under {@code destinations}. */
public sealed interface DestinationConfig {
  Common common();

  /** Of the way to it; null when it has none, or the default. */
  default ClientConfig.@Nullable Tls tls() {
    return null;
  }

  /**
   * What every destination has.
   *
   * @param name the key under {@code destinations}; names the cursor
   * @param signals what is sent there
   * @param required whether intake refuses (rather than skips for this destination) at the quota
   * @param maxBacklogBytes oldest records beyond this are dropped for it; 0 = only the log's quota
   *     limits
   * @param maxAgeMillis records older than this are dropped for it; 0 = never
   * @param maxDeadLetterBytes of what it refused for good; the oldest beyond this are thrown away
   */
  record Common(
      String name,
      Where where,
      Set<Signal> signals,
      boolean required,
      long maxBacklogBytes,
      long maxAgeMillis,
      long maxDeadLetterBytes) {
    public Common {
      signals = Set.copyOf(signals);
    }
  }

  /** The embedded store behind the page. */
  record Local(
      Common common, long maxBytes, long retentionMillis, long sliceMillis, long memoryLimitBytes)
      implements DestinationConfig {}

  /**
   * Data streams of an Elasticsearch.
   *
   * @param urls of nodes; any will do
   * @param fence write through an alias, so that late requests can be shut out
   */
  record Elasticsearch(
      Common common,
      List<URI> urls,
      String dataset,
      String namespace,
      ClientConfig client,
      Batching batching,
      boolean gzip,
      boolean fence)
      implements DestinationConfig {
    public Elasticsearch {
      urls = List.copyOf(urls);
    }

    @Override
    public ClientConfig.@Nullable Tls tls() {
      return client.tls();
    }
  }

  /**
   * OTLP over gRPC; what type {@code jaeger} is too, with traces only.
   *
   * @param jaegerApiV2 Jaeger's own protocol instead
   */
  record OtlpGrpc(
      Common common,
      URI endpoint,
      ClientConfig client,
      Batching batching,
      boolean gzip,
      boolean jaegerApiV2)
      implements DestinationConfig {
    @Override
    public ClientConfig.@Nullable Tls tls() {
      return client.tls();
    }
  }

  /**
   * OTLP over HTTP, binary.
   *
   * @param endpoint without {@code /v1/…}
   */
  record OtlpHttp(Common common, URI endpoint, ClientConfig client, Batching batching, boolean gzip)
      implements DestinationConfig {
    @Override
    public ClientConfig.@Nullable Tls tls() {
      return client.tls();
    }
  }

  /**
   * The Fluentd forward protocol.
   *
   * @param address {@code host:port}
   * @param tls null = plain
   * @param sharedKeyFile null = the server asks for nothing
   * @param username with {@code passwordFile}, for servers that ask for a user too
   */
  record Forward(
      Common common,
      String address,
      String tag,
      ClientConfig.@Nullable Tls tls,
      @Nullable Path sharedKeyFile,
      @Nullable String username,
      @Nullable Path passwordFile,
      int timeoutMillis,
      Batching batching,
      boolean gzip)
      implements DestinationConfig {}

  /** Lines for people, to the standard output. */
  record Console(Common common) implements DestinationConfig {}

  /**
   * OTLP JSON lines.
   *
   * @param maxBytes of one file
   * @param maxFiles with the one that is written; older ones are deleted
   */
  record File(Common common, Path path, long maxBytes, int maxFiles) implements DestinationConfig {}

  /**
   * Prometheus remote write.
   *
   * @param version {@code auto}, {@code 1} or {@code 2}
   * @param nativeHistograms {@code auto}, {@code on} or {@code off}
   * @param scopeLabels whether series carry their instrumentation scope
   */
  record RemoteWrite(
      Common common,
      URI url,
      String version,
      String nativeHistograms,
      boolean scopeLabels,
      ClientConfig client,
      Batching batching)
      implements DestinationConfig {
    @Override
    public ClientConfig.@Nullable Tls tls() {
      return client.tls();
    }
  }

  /** An endpoint for Prometheus to scrape. */
  record Scrape(Common common, Listen listen, boolean scopeLabels) implements DestinationConfig {}
}
