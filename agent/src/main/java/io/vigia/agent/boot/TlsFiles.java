package io.vigia.agent.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the collector from PEM files, read again when one of them has changed, so that
 * rotation needs no restart: {@code otel.exporter.otlp.certificate} (whom to trust; otherwise the
 * JVM's own list), {@code otel.exporter.otlp.client.certificate} and {@code .client.key} (PKCS#8,
 * RSA or EC). Thread-safe.
 */
public final class TlsFiles {

  private final @Nullable Path trusted;
  private final @Nullable Path certificate;
  private final @Nullable Path key;
  private long stamp = Long.MIN_VALUE;
  private @Nullable SSLSocketFactory current;

  TlsFiles(@Nullable Path trusted, @Nullable Path certificate, @Nullable Path key) {
    this.trusted = trusted;
    this.certificate = certificate;
    this.key = key;
  }

  /** What this process's properties and environment say. */
  public static TlsFiles find() {
    return new TlsFiles(
        path("otel.exporter.otlp.certificate"),
        path("otel.exporter.otlp.client.certificate"),
        path("otel.exporter.otlp.client.key"));
  }

  private static @Nullable Path path(String property) {
    String value = UpstreamSetting.value(property);
    return value == null ? null : Paths.get(value);
  }

  /** Whether a file is set at all. */
  public boolean isSet() {
    return trusted != null || certificate != null;
  }

  /**
   * The factory for the files as they are now; that of before when they cannot be read, because
   * they may be half written.
   *
   * @throws IOException if they never could be read
   */
  public synchronized SSLSocketFactory current() throws IOException {
    long now = stamp(trusted) * 31 * 31 + stamp(certificate) * 31 + stamp(key);
    SSLSocketFactory known = current;
    if (known != null && now == stamp) {
      return known;
    }
    try {
      known = isSet() ? read() : (SSLSocketFactory) SSLSocketFactory.getDefault();
      stamp = now;
      current = known;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      if (known == null) {
        throw new IOException("the TLS files cannot be read: " + e.getMessage(), e);
      }
    }
    return known;
  }

  private static long stamp(@Nullable Path file) {
    try {
      return file == null ? 0 : Files.getLastModifiedTime(file).toMillis() * 31 + Files.size(file);
    } catch (IOException e) {
      return -1;
    }
  }

  private SSLSocketFactory read() throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManagerFactory trust = null;
    if (trusted != null) {
      KeyStore store = empty();
      int number = 0;
      for (Certificate each : certificates(trusted)) {
        store.setCertificateEntry("trusted-" + number++, each);
      }
      trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
    }
    KeyManagerFactory own = null;
    if (certificate != null && key != null) {
      KeyStore store = empty();
      store.setKeyEntry(
          "client",
          privateKey(key),
          new char[0],
          certificates(certificate).toArray(new Certificate[0]));
      own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(store, new char[0]);
    }
    context.init(
        own == null ? null : own.getKeyManagers(),
        trust == null ? null : trust.getTrustManagers(),
        null);
    return context.getSocketFactory();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> read =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (read.isEmpty()) {
        throw new IOException(file + " has no certificate");
      }
      return read;
    }
  }

  /** RFC 7468 section 10. */
  private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
    String pem = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    String base64 =
        pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----(.*)-----END PRIVATE KEY-----.*", "$1");
    PKCS8EncodedKeySpec spec =
        new PKCS8EncodedKeySpec(
            Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII)));
    try {
      return KeyFactory.getInstance("RSA").generatePrivate(spec);
    } catch (GeneralSecurityException e) {
      return KeyFactory.getInstance("EC").generatePrivate(spec);
    }
  }
}
