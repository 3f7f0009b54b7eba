package io.vigia.collector.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.2 and 1.3 of a listening port; mutual when an authority for clients is given. New
 * connections use rotated files within {@value #INTERVAL_MILLIS} ms. {@link TlsOptions} is the
 * client's side.
 */
public final class ServerTls {
  private static final long INTERVAL_MILLIS = 5_000;

  private final FromFiles<SslContext> context;

  private ServerTls(FromFiles<SslContext> context) {
    this.context = context;
  }

  /**
   * @param name of the setting, for messages
   * @param certificate PEM chain
   * @param key PEM, PKCS#8, not encrypted
   * @param clientCa PEM of the authorities that clients' certificates must come from, or null to
   *     ask for none
   * @param protocols offered by ALPN, the preferred one first; empty = no ALPN
   * @throws IOException names the file and the remedy in one line
   */
  public static ServerTls load(
      String name, Path certificate, Path key, @Nullable Path clientCa, List<String> protocols)
      throws IOException {
    return load(name, certificate, key, clientCa, protocols, INTERVAL_MILLIS);
  }

  static ServerTls load(
      String name,
      Path certificate,
      Path key,
      @Nullable Path clientCa,
      List<String> protocols,
      long intervalMillis)
      throws IOException {
    List<Path> files = new ArrayList<>(List.of(certificate, key));
    if (clientCa != null) {
      files.add(clientCa);
    }
    FromFiles<SslContext> context =
        new FromFiles<>(name, files, intervalMillis, pem -> make(pem, files, protocols));
    context.load();
    return new ServerTls(context);
  }

  /** For a new connection. */
  public SslContext context() {
    return context.get();
  }

  private static SslContext make(List<byte[]> pem, List<Path> files, List<String> protocols)
      throws IOException {
    try {
      X509Certificate[] certificate = Pem.certificates(pem.get(0));
      PrivateKey key = Pem.key(pem.get(1));
      if (!Pem.match(key, certificate[0].getPublicKey())) {
        throw new IOException("the key is not the certificate's");
      }
      SslContextBuilder builder =
          SslContextBuilder.forServer(key, certificate).protocols("TLSv1.3", "TLSv1.2");
      if (pem.size() > 2) {
        builder.trustManager(Pem.certificates(pem.get(2))).clientAuth(ClientAuth.REQUIRE);
      }
      if (!protocols.isEmpty()) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocols));
      }
      return builder.build();
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          "no TLS with "
              + files
              + " ("
              + e.getMessage()
              + "); the certificate must be PEM and belong to the key, the key PEM in PKCS#8 without"
              + " a password (openssl pkcs8 -topk8 -nocrypt)",
          e);
    }
  }
}
