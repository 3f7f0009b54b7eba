package io.vigia.collector.net;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to talk to a peer, whatever the protocol.
 *
 * @param headers sent with every request, beside those of the protocol
 * @param authorization who we are, or null
 * @param timeoutMillis of one request, connecting included
 */
public record ClientOptions(
    Map<String, String> headers,
    @Nullable Authorization authorization,
    TlsOptions tls,
    int timeoutMillis) {
  private static final ClientOptions DEFAULTS =
      new ClientOptions(Map.of(), null, TlsOptions.DEFAULT, 30_000);

  public ClientOptions {
    headers = Map.copyOf(headers);
  }

  /** No headers, nobody in particular, the JDK's authorities, 30 s. */
  public static ClientOptions defaults() {
    return DEFAULTS;
  }

  public ClientOptions withHeaders(Map<String, String> all) {
    return new ClientOptions(all, authorization, tls, timeoutMillis);
  }

  public ClientOptions withAuthorization(@Nullable Authorization who) {
    return new ClientOptions(headers, who, tls, timeoutMillis);
  }

  public ClientOptions withTls(TlsOptions options) {
    return new ClientOptions(headers, authorization, options, timeoutMillis);
  }

  public ClientOptions withTimeoutMillis(int millis) {
    return new ClientOptions(headers, authorization, tls, millis);
  }

  /** The same, but not waiting longer than this. */
  public ClientOptions within(int millis) {
    return withTimeoutMillis(Math.min(millis, timeoutMillis));
  }
}
