package io.vigia.collector.net;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a client; {@link ServerTls} is the other side.
 *
 * @param ca PEM file of the authorities to trust, or null for the JDK's
 * @param certificate PEM chain of this client for mutual TLS, or null
 * @param key PEM (PKCS#8) key of {@code certificate}, or null
 * @param serverName the name to ask for (SNI) and to find in the server's certificate, or null for
 *     the address's
 * @param insecure accept any certificate; for trials only
 */
public record TlsOptions(
    @Nullable Path ca,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String serverName,
    boolean insecure) {
  /** The JDK's authorities, no client certificate. */
  public static final TlsOptions DEFAULT = new TlsOptions(null, null, null, null, false);

  /** As {@link #DEFAULT}, with authorities of one's own. */
  public static TlsOptions trusting(Path ca) {
    return new TlsOptions(ca, null, null, null, false);
  }
}
