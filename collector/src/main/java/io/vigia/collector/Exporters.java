package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.export.elasticsearch.ElasticsearchExporter;
import io.vigia.collector.export.otlp.OtlpGrpcExporter;
import io.vigia.collector.export.prometheus.RemoteWriteExporter;
import io.vigia.collector.export.prometheus.ScrapeExporter;
import io.vigia.collector.store.LocalStore;
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
      return elasticsearch(elastic);
    } else if (destination instanceof DestinationConfig.OtlpGrpc otlp) {
      return OtlpGrpcExporter.builder()
          .endpoint(otlp.endpoint().toString())
          .signals(otlp.common().signals())
          .gzip(otlp.gzip())
          .build();
    } else if (destination instanceof DestinationConfig.RemoteWrite push) {
      return RemoteWriteExporter.builder().url(push.url().toString()).build();
    } else if (destination instanceof DestinationConfig.Scrape pull) {
      return ScrapeExporter.builder().listen(pull.listen().address()).build();
    } else if (destination instanceof DestinationConfig.Local && store != null) {
      return store.exporter();
    }
    throw new IllegalStateException("no exporter for " + destination);
  }

  private static Exporter elasticsearch(DestinationConfig.Elasticsearch config) {
    ElasticsearchExporter.Builder builder =
        ElasticsearchExporter.builder()
            .url(config.url().toString())
            .dataset(config.dataset())
            .namespace(config.namespace())
            .signals(config.common().signals())
            .gzip(config.gzip());
    if (config.username() != null && config.passwordFile() != null) {
      builder.basicAuth(config.username(), config.passwordFile());
    }
    if (config.apiKeyFile() != null) {
      builder.apiKeyFile(config.apiKeyFile());
    }
    return builder.build();
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
