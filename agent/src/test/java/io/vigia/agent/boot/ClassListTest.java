package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassListTest {

  @TempDir Path directory;

  @Test
  void classesOfOtherLoadersAreLeftOutWithTheNumbersThatOnlyTheyNeed() throws IOException {
    ClassList list = list("# a comment", "java/lang/Object id: 0", "x/Y id: 7 super: 0 source: a");
    assertThat(list.hasClassesOfTheAgentsLoader()).isFalse();
    assertThat(list.withoutOtherLoaders()).containsExactly("# a comment", "java/lang/Object");
  }

  @Test
  void classesOfTheAgentsLoaderAreGivenUnderTheNamesOfClassesInTheVersionOfThisJvm()
      throws IOException {
    Path agent =
        agent(
            "inst/x/Y.classdata",
            "inst/META-INF/versions/9/x/Y.classdata",
            "inst/META-INF/versions/99/x/Y.classdata",
            "inst/x/Z.classdata");
    String source = " source: " + agent;
    ClassList list =
        list(
            "java/lang/Object id: 0",
            "x/Y id: 7 super: 0" + source,
            "x/Z id: 8 super: 7 interfaces: 0 7" + source,
            "x/Generated id: 9 super: 0" + source,
            "x/OfGenerated id: 10 super: 9" + source,
            "theirs/A id: 11 super: 0 source: theirs.jar",
            "@lambda-proxy x/Y run");
    Path jar = directory.resolve("classes.jar");
    assertThat(list.hasClassesOfTheAgentsLoader()).isTrue();
    assertThat(list.withAgentsLoader(jar))
        .containsExactly(
            "java/lang/Object id: 0",
            "x/Y id: 7 super: 0 source: " + jar,
            "x/Z id: 8 super: 7 interfaces: 0 7 source: " + jar,
            "@lambda-proxy x/Y run");
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      assertThat(zip.getInputStream(zip.getEntry("x/Y.class")).readAllBytes())
          .asString()
          .isEqualTo("inst/META-INF/versions/9/x/Y.classdata");
    }
  }

  private ClassList list(String... lines) throws IOException {
    return new ClassList(
        Files.write(directory.resolve("classes.lst"), List.of(lines)),
        directory.resolve("agent.jar"));
  }

  /** Each entry's bytes are its name; nothing is packed. */
  private Path agent(String... entries) throws IOException {
    Path jar = directory.resolve("agent.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
      ZipEntry pack = new ZipEntry(PackedJar.PACK);
      pack.setMethod(ZipEntry.STORED);
      pack.setSize(0);
      pack.setCrc(0);
      out.putNextEntry(pack);
      out.putNextEntry(new ZipEntry(PackedJar.INDEX));
      out.write(new byte[4]);
    }
    return jar;
  }
}
