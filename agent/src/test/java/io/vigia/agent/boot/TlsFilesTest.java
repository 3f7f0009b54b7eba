package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {

  private static final RequestHeaders TOKEN_NONE = new RequestHeaders(null, Map.of());

  @TempDir Path directory;

  @Test
  void certificatesAreReadAgainWhenTheyAreRotated() throws Exception {
    Path ours = certificate("ours");
    Path others = certificate("others");
    HttpsServer server = server("ours");
    try {
      URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
      Path trusted = directory.resolve("trusted.pem");
      Files.copy(others, trusted);
      TlsFiles files = new TlsFiles(trusted, null, null);
      assertThat(Reachability.otlp(url, false, "traces", files, TOKEN_NONE).detail())
          .startsWith("TLS failed: ");

      Files.copy(ours, trusted, StandardCopyOption.REPLACE_EXISTING);
      // the files may be of one length and one clock tick
      Files.setLastModifiedTime(
          trusted, java.nio.file.attribute.FileTime.fromMillis(1_700_000_000_000L));
      assertThat(Reachability.otlp(url, false, "traces", files, TOKEN_NONE).detail())
          .isEqualTo("reachable");

      Files.writeString(trusted, "half a cert");
      assertThat(Reachability.otlp(url, false, "traces", files, TOKEN_NONE).detail())
          .as("a file that is being written leaves the one of before")
          .isEqualTo("reachable");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void fileThatWasNeverThereIsNamed() {
    TlsFiles files = new TlsFiles(directory.resolve("missing.pem"), null, null);
    assertThat(
            Reachability.otlp(URI.create("https://127.0.0.1:1"), false, "traces", files, TOKEN_NONE)
                .isOk())
        .isFalse();
  }

  /** Makes {@code name.p12} and gives its certificate as PEM. */
  private Path certificate(String name) throws Exception {
    String store = directory.resolve(name + ".p12").toString();
    Path pem = directory.resolve(name + ".pem");
    keytool(
        "-genkeypair",
        "-alias",
        "a",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=ip:127.0.0.1",
        "-keystore",
        store,
        "-storepass",
        "changeit");
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "a",
        "-file",
        pem.toString(),
        "-keystore",
        store,
        "-storepass",
        "changeit");
    return pem;
  }

  private static void keytool(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = System.getProperty("java.home") + "/bin/keytool";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private HttpsServer server(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    return server;
  }
}
