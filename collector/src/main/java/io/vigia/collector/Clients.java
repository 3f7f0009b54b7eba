package io.vigia.collector;

import io.vigia.collector.config.Batching;
import io.vigia.collector.config.ClientConfig;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.net.Authorization;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.TlsOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What destinations' settings have in common, in the words of their parts. */
final class Clients {
  private Clients() {}

  static ClientOptions options(ClientConfig config) {
    return ClientOptions.defaults()
        .withHeaders(config.headers())
        .withAuthorization(authorization(config))
        .withTls(tls(config.tls()))
        .withTimeoutMillis(config.timeoutMillis());
  }

  static TlsOptions tls(ClientConfig.@Nullable Tls tls) {
    return tls == null
        ? TlsOptions.DEFAULT
        : new TlsOptions(tls.ca(), tls.cert(), tls.key(), tls.serverName(), tls.insecure());
  }

  static Exporter.Limits limits(Batching asked, Exporter.Limits otherwise) {
    return otherwise.with(
        Objects.requireNonNullElse(asked.maxBytes(), otherwise.maxBatchBytes()),
        Objects.requireNonNullElse(asked.maxAgeMillis(), otherwise.lingerMillis()),
        Objects.requireNonNullElse(asked.inFlight(), otherwise.maxInFlight()));
  }

  private static @Nullable Authorization authorization(ClientConfig config) {
    if (config.tokenFile() != null) {
      return Authorization.bearer(config.tokenFile());
    }
    if (config.apiKeyFile() != null) {
      return Authorization.apiKey(config.apiKeyFile());
    }
    if (config.username() != null && config.passwordFile() != null) {
      return Authorization.basic(config.username(), config.passwordFile());
    }
    return null;
  }
}
