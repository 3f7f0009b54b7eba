package io.vigia.collector.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a client.
 *
 * @param ca PEM file of the authorities to trust, or null for the JDK's
 * @param certificate PEM chain of this client for mutual TLS, or null
 * @param key PEM (PKCS#8) key of {@code certificate}, or null
 * @param insecure accept any certificate; for trials only
 */
public record TlsOptions(
    @Nullable Path ca, @Nullable Path certificate, @Nullable Path key, boolean insecure) {
  /** The JDK's authorities, no client certificate. */
  public static final TlsOptions DEFAULT = new TlsOptions(null, null, null, false);

  /** Reads the files. {@code protocol}: the one ALPN protocol to offer ({@code h2}), or null. */
  SslContext context(@Nullable String protocol) throws IOException {
    SslContextBuilder builder = SslContextBuilder.forClient();
    if (insecure) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (ca != null) {
      builder.trustManager(ca.toFile());
    }
    if (certificate != null && key != null) {
      builder.keyManager(certificate.toFile(), key.toFile());
    }
    if (protocol != null) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              protocol));
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("TLS files: " + e.getMessage(), e);
    }
  }
}
