package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.export.elasticsearch.ElasticsearchExporter;
import io.vigia.collector.export.file.ConsoleExporter;
import io.vigia.collector.export.file.FileExporter;
import io.vigia.collector.export.forward.ForwardExporter;
import io.vigia.collector.export.forward.ForwardIdentity;
import io.vigia.collector.export.otlp.OtlpGrpcExporter;
import io.vigia.collector.export.otlp.OtlpHttpExporter;
import io.vigia.collector.export.prometheus.RemoteWriteExporter;
import io.vigia.collector.export.prometheus.ScrapeExporter;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.store.LocalStore;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the exporter of each configured destination. */
final class Exporters {
  private final @Nullable LocalStore store;

  Exporters(CollectorConfig config) {
    store =
        config.destinations().stream()
            .filter(DestinationConfig.Local.class::isInstance)
            .map(DestinationConfig.Local.class::cast)
            .findFirst()
            .map(local -> store(config, local))
            .orElse(null);
  }

  /** The embedded store, or null when no destination is of that type. */
  @Nullable LocalStore store() {
    return store;
  }

  Exporter create(DestinationConfig destination) {
    if (destination instanceof DestinationConfig.Elasticsearch elastic) {
      return ElasticsearchExporter.builder()
          .urls(elastic.urls().stream().map(URI::toString).toList())
          .dataset(elastic.dataset())
          .namespace(elastic.namespace())
          .signals(elastic.common().signals())
          .gzip(elastic.gzip())
          .fence(elastic.fence())
          .client(Clients.options(elastic.client()))
          .limits(Clients.limits(elastic.batching(), ElasticsearchExporter.LIMITS))
          .build();
    } else if (destination instanceof DestinationConfig.OtlpGrpc otlp) {
      OtlpGrpcExporter.Builder builder =
          OtlpGrpcExporter.builder()
              .endpoint(otlp.endpoint().toString())
              .signals(otlp.common().signals())
              .gzip(otlp.gzip())
              .client(Clients.options(otlp.client()))
              .limits(Clients.limits(otlp.batching(), OtlpGrpcExporter.LIMITS));
      return (otlp.jaegerApiV2() ? builder.jaegerApiV2() : builder).build();
    } else if (destination instanceof DestinationConfig.OtlpHttp otlp) {
      return OtlpHttpExporter.builder()
          .endpoint(otlp.endpoint().toString())
          .signals(otlp.common().signals())
          .gzip(otlp.gzip())
          .client(Clients.options(otlp.client()))
          .limits(Clients.limits(otlp.batching(), OtlpHttpExporter.LIMITS))
          .build();
    } else if (destination instanceof DestinationConfig.Forward forward) {
      return forward(forward);
    } else if (destination instanceof DestinationConfig.File file) {
      return new FileExporter(
          file.path(), file.maxBytes(), file.maxFiles(), file.common().signals());
    } else if (destination instanceof DestinationConfig.Console console) {
      return ConsoleExporter.toStandardOutput(console.common().signals());
    } else if (destination instanceof DestinationConfig.RemoteWrite push) {
      return RemoteWriteExporter.builder()
          .url(push.url().toString())
          .client(Clients.options(push.client()))
          .limits(Clients.limits(push.batching(), RemoteWriteExporter.LIMITS))
          .version(
              switch (push.version()) {
                case "1" -> RemoteWriteExporter.Version.V1;
                case "2" -> RemoteWriteExporter.Version.V2;
                default -> RemoteWriteExporter.Version.AUTO;
              })
          .nativeHistograms(
              RemoteWriteExporter.NativeHistograms.valueOf(
                  push.nativeHistograms().toUpperCase(Locale.ROOT)))
          .scopeLabels(push.scopeLabels())
          .build();
    } else if (destination instanceof DestinationConfig.Scrape pull) {
      return ScrapeExporter.builder()
          .listen(pull.listen().address())
          .scopeLabels(pull.scopeLabels())
          .build();
    } else if (destination instanceof DestinationConfig.Local && store != null) {
      return store.exporter();
    }
    throw new IllegalStateException("no exporter for " + destination.common().where());
  }

  private static Exporter forward(DestinationConfig.Forward config) {
    return ForwardExporter.builder()
        .address((config.tls() == null ? "" : "https://") + config.address())
        .tag(config.tag())
        .gzip(config.gzip())
        .identity(
            config.sharedKeyFile() == null
                ? null
                : ForwardIdentity.of(
                    config.sharedKeyFile(), config.username(), config.passwordFile()))
        .client(
            ClientOptions.defaults()
                .withTls(Clients.tls(config.tls()))
                .withTimeoutMillis(config.timeoutMillis()))
        .limits(Clients.limits(config.batching(), ForwardExporter.LIMITS))
        .build();
  }

  private static LocalStore store(CollectorConfig config, DestinationConfig.Local local) {
    return LocalStore.builder()
        .directory(config.data().resolve("store"))
        .maxBytes(local.maxBytes())
        .retentionMillis(local.retentionMillis())
        .sliceMillis(local.sliceMillis())
        .memoryLimitBytes(local.memoryLimitBytes())
        .build();
  }
}
