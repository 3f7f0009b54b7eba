package io.vigia.collector.net;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Made once for all tests of a process: keytool takes its time. */
public final class TestCertificates {
  public static final TestCertificate SERVER;
  public static final TestCertificate CLIENT;
  public static final TestCertificate RENEWED_CLIENT;
  public static final TestCertificate OTHER_NAME;
  public static final TestCertificate AUTHORITY;
  public static final TestCertificate EXPIRED;

  static {
    try {
      Path folder = Files.createTempDirectory("vigia-certificates");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      SERVER = TestCertificate.make(folder, "server");
      CLIENT = TestCertificate.make(folder, "client");
      RENEWED_CLIENT = TestCertificate.make(folder, "renewed");
      OTHER_NAME = TestCertificate.make(folder, "other", "san=dns:other.example");
      AUTHORITY = TestCertificate.make(folder, "authority", "bc:c");
      EXPIRED = TestCertificate.expired(folder, "expired", AUTHORITY);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private TestCertificates() {}

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (java.io.IOException e) {
      // a few small files stay in the folder for temporary ones
    }
  }
}
