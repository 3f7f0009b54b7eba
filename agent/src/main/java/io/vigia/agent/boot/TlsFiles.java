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
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
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
  private @Nullable Material current;

  TlsFiles(@Nullable Path trusted, @Nullable Path certificate, @Nullable Path key) {
    this.trusted = trusted;
    this.certificate = certificate;
    this.key = key;
  }

  /** What this process's properties and environment say. */
  public static TlsFiles find() {
    return new TlsFiles(path("certificate"), path("client.certificate"), path("client.key"));
  }

  /**
   * The same for one signal, whose own settings ({@code otel.exporter.otlp.traces.certificate}) go
   * first.
   */
  public static TlsFiles find(String signal) {
    return new TlsFiles(
        path(signal, "certificate"),
        path(signal, "client.certificate"),
        path(signal, "client.key"));
  }

  private static @Nullable Path path(String signal, String name) {
    Path own = path(signal + "." + name);
    return own == null ? path(name) : own;
  }

  private static @Nullable Path path(String name) {
    String value = UpstreamSetting.value("otel.exporter.otlp." + name);
    return value == null ? null : Paths.get(value);
  }

  /** Whether a file is set at all. */
  public boolean isSet() {
    return trusted != null || certificate != null;
  }

  /**
   * The files as they are now, another object when they have changed; those of before when they
   * cannot be read, because they may be half written.
   *
   * @throws IOException if they never could be read
   */
  public synchronized Material current() throws IOException {
    long now = stamp(trusted) * 31 * 31 + stamp(certificate) * 31 + stamp(key);
    Material known = current;
    if (known != null && now == stamp) {
      return known;
    }
    try {
      known = read();
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

  private Material read() throws GeneralSecurityException, IOException {
    if (!isSet()) {
      return new Material(asTheJvmIsTold(), null);
    }
    TrustManager[] trust = null;
    if (trusted != null) {
      KeyStore store = empty();
      int number = 0;
      for (Certificate each : certificates(trusted)) {
        store.setCertificateEntry("trusted-" + number++, each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      trust = factory.getTrustManagers();
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
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own == null ? null : own.getKeyManagers(), trust, null);
    return new Material(context, trust == null ? null : (X509TrustManager) trust[0]);
  }

  /**
   * As {@link SSLContext#getDefault}, which must not be asked: it is made once, and an application
   * may say in its {@code main}, when the agent has long begun, whom it trusts ({@code
   * javax.net.ssl.trustStore}).
   */
  private static SSLContext asTheJvmIsTold() throws GeneralSecurityException, IOException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init((KeyStore) null); // reads the properties
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keysAsTheJvmIsTold(), trust.getTrustManagers(), null);
    return context;
  }

  /** JSSE Reference Guide, "Customizing the Default Keystores". */
  private static KeyManager @Nullable [] keysAsTheJvmIsTold()
      throws GeneralSecurityException, IOException {
    String file = property("", "");
    if (file.isEmpty()) {
      return null;
    }
    String type = property("Type", KeyStore.getDefaultType());
    String provider = property("Provider", "");
    String given = property("Password", "");
    char[] password = given.isEmpty() ? null : given.toCharArray();
    KeyStore store =
        provider.isEmpty() ? KeyStore.getInstance(type) : KeyStore.getInstance(type, provider);
    // of a token there is no file
    try (InputStream in = file.equals("NONE") ? null : Files.newInputStream(Paths.get(file))) {
      store.load(in, password);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, type.equals("PKCS11") ? null : password);
    return keys.getKeyManagers();
  }

  private static String property(String end, String otherwise) {
    String value = System.getProperty("javax.net.ssl.keyStore" + end, "");
    return value.isEmpty() ? otherwise : value;
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

  /** What the files were at one time. Immutable. */
  public static final class Material {
    private final SSLContext context;
    private final @Nullable X509TrustManager trust;
    private final SSLSocketFactory sockets;

    Material(SSLContext context, @Nullable X509TrustManager trust) {
      this.context = context;
      this.trust = trust;
      this.sockets = context.getSocketFactory();
    }

    public SSLContext context() {
      return context;
    }

    /** Whom the context trusts, for libraries that ask for both; {@code null} = the JVM's list. */
    public @Nullable X509TrustManager trust() {
      return trust;
    }

    /** The same object each time. */
    public SSLSocketFactory sockets() {
      return sockets;
    }
  }
}
