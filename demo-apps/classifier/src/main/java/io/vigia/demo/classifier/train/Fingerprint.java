package io.vigia.demo.classifier.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Tells whether the classes that make the model are those that made the last one. */
final class Fingerprint {
  private static final List<String> PACKAGES = List.of("draw", "model", "train");

  private Fingerprint() {}

  static String ofClasses(Path classes) throws IOException {
    MessageDigest digest = sha256();
    for (String name : PACKAGES) {
      Path folder = classes.resolve("io/vigia/demo/classifier").resolve(name);
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          digest.update(Files.readAllBytes(file));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
