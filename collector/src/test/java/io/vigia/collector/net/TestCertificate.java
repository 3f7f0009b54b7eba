package io.vigia.collector.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate made by the JDK's keytool, as PEM files and as key store. */
public record TestCertificate(Path certificate, Path key, KeyStore store) {
  public static final char[] PASSWORD = "password".toCharArray();
  private static final String LOOPBACK = "san=dns:localhost,ip:127.0.0.1";

  /**
   * Makes {@code name.crt} and {@code name.key}, over what is there: self-signed, for {@code
   * localhost} and 127.0.0.1.
   */
  public static TestCertificate make(Path folder, String name) throws Exception {
    return make(folder, name, LOOPBACK);
  }

  /** Self-signed, with an extension in keytool's words. */
  public static TestCertificate make(Path folder, String name, String extension) throws Exception {
    Path file = folder.resolve(name + ".p12");
    Files.deleteIfExists(file);
    keytool(file, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", extension);
    return read(folder, name, file);
  }

  /** Signed by {@code authority} (made with {@code bc:c}) and expired five days ago. */
  public static TestCertificate expired(Path folder, String name, TestCertificate authority)
      throws Exception {
    Path file = folder.resolve(name + ".p12");
    Path authorityFile = authority.certificate.resolveSibling("authority.p12");
    Path request = folder.resolve(name + ".csr");
    Path signed = folder.resolve(name + ".signed");
    make(folder, name);
    keytool(file, "-certreq", "-file", request.toString());
    try (var out = Files.newOutputStream(authorityFile)) {
      authority.store.store(out, PASSWORD);
    }
    keytool(
        authorityFile,
        "-gencert",
        "-rfc",
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString(),
        "-startdate",
        "-10d",
        "-validity",
        "5",
        "-ext",
        LOOPBACK);
    keytool(file, "-importcert", "-noprompt", "-file", chain(signed, authority.certificate));
    return read(folder, name, file);
  }

  private static String chain(Path signed, Path authority) throws IOException {
    Files.writeString(signed, Files.readString(signed) + Files.readString(authority));
    return signed.toString();
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("-alias", "a", "-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", new String(PASSWORD), "-J-XX:TieredStopAtLevel=1"));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes());
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
  }

  private static TestCertificate read(Path folder, String name, Path file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    Key key = store.getKey("a", PASSWORD);
    return new TestCertificate(
        pem(folder.resolve(name + ".crt"), "CERTIFICATE", store.getCertificate("a").getEncoded()),
        pem(folder.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded()),
        store);
  }

  private static Path pem(Path file, String kind, byte[] der) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind);
    return Files.writeString(file, text);
  }
}
