package io.vigia.tests.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A self-signed certificate of localhost and its key, made by the JDK's keytool, in PEM.
 *
 * @param context of a server with that certificate
 */
public record TlsFiles(Path certificate, Path key, SSLContext context) {
  /** Makes {@code server.crt} and {@code server.key}. */
  public static TlsFiles make(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    String[] command = {
      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
      "-genkeypair",
      "-alias",
      "a",
      "-keyalg",
      "EC",
      "-dname",
      "CN=localhost",
      "-ext",
      "san=dns:localhost,ip:127.0.0.1",
      "-ext",
      "bc=ca:true",
      "-keystore",
      store.toString(),
      "-storetype",
      "PKCS12",
      "-storepass",
      "password"
    };
    Process keytool = new ProcessBuilder(command).inheritIO().start();
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool failed");
    }
    char[] password = "password".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new TlsFiles(
        pem(folder.resolve("server.crt"), "CERTIFICATE", keys.getCertificate("a").getEncoded()),
        pem(folder.resolve("server.key"), "PRIVATE KEY", keys.getKey("a", password).getEncoded()),
        context);
  }

  private static Path pem(Path file, String kind, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }
}
