package io.vigia.tests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jars that people get: whose they are, under which licences, and nothing of the build. */
class DistributionIT {
  @ParameterizedTest
  @CsvSource({
    "collector/target/vigia-collector.jar, netty",
    "demo-apps/classifier/target/classifier.jar, onnxruntime",
    "demo-apps/guestbook/target/guestbook.jar, spring",
    "demo-apps/load/target/load.jar, HdrHistogram",
    "demo-apps/demo/target/demo.jar, jackson"
  })
  void jarCarriesItsLicenceAndThoseOfItsLibraries(String path, String library) throws IOException {
    try (JarFile jar = open(path)) {
      assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0");
      assertThat(text(jar, "META-INF/NOTICE")).contains("Vigía");
      assertThat(text(jar, "META-INF/THIRD-PARTY-NOTICES.txt")).contains(library);
      assertThat(version(jar)).isEqualTo("0.1.0");
    }
  }

  @Test
  void agentCarriesItsLicencesAndHidesItsClasses() throws IOException {
    try (JarFile jar = open("agent/target/vigia-agent.jar")) {
      assertThat(text(jar, "META-INF/licenses/vigia-LICENSE.txt")).contains("Apache License");
      assertThat(text(jar, "META-INF/licenses/vigia-third-party.md")).contains("Fluency");
      assertThat(version(jar)).isEqualTo("0.1.0");
      // what is neither ours nor upstream's boot part would meet the application's own copy of it
      assertThat(jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")))
          .isNotEmpty()
          .allMatch(name -> name.startsWith("io/vigia/") || name.startsWith("io/opentelemetry/"));
    }
  }

  private static JarFile open(String path) throws IOException {
    return new JarFile(Folders.projectRoot().resolve(path).toFile());
  }

  private static String version(JarFile jar) throws IOException {
    return jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
  }

  private static String text(JarFile jar, String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as(name + " in " + jar.getName()).isNotNull();
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }
}
