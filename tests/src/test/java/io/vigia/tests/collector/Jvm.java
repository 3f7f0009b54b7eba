package io.vigia.tests.collector;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JVM of this machine.
 *
 * @param home where it is installed
 * @param feature 17, 21, …; 0 for what is none
 */
record Jvm(Path home, int feature) {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final Pattern FEATURE = Pattern.compile("JAVA_VERSION=\"(?:1[.])?(\\d+)");

  /** The one that runs this test. */
  static Jvm own() {
    return new Jvm(Path.of(System.getProperty("java.home")), Runtime.version().feature());
  }

  /** Of this one, those below {@code /usr/lib/jvm} and those in {@code VIGIA_TEST_JVMS}. */
  static Jvm newest() throws IOException {
    List<Path> homes = new ArrayList<>();
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> installed = Files.list(INSTALLED)) {
        installed.forEach(homes::add);
      }
    }
    String more = System.getenv().getOrDefault("VIGIA_TEST_JVMS", "");
    Arrays.stream(more.split(File.pathSeparator)).map(Path::of).forEach(homes::add);
    return homes.stream()
        .map(Jvm::at)
        .filter(jvm -> jvm.feature > own().feature)
        .max(Comparator.comparingInt(Jvm::feature))
        .orElseGet(Jvm::own);
  }

  private static Jvm at(Path home) {
    try {
      Matcher version = FEATURE.matcher(Files.readString(home.resolve("release")));
      return new Jvm(home, version.find() ? Integer.parseInt(version.group(1)) : 0);
    } catch (IOException e) {
      return new Jvm(home, 0);
    }
  }

  String java() {
    return home.resolve("bin/java").toString();
  }
}
