package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.agent.boot.PackedJar;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that was built, read by ours and by the JDK's own reader of archives. */
class PackedJarIT {

  @TempDir Path directory;

  @Test
  void whatIsPackedIsReadAsTheJdkReadsIt() throws IOException {
    Map<String, byte[]> packed = packed();
    assertThat(packed).hasSizeGreaterThan(10_000);
    try (PackedJar jar = open(Jvm.AGENT)) {
      for (Map.Entry<String, byte[]> entry : packed.entrySet()) {
        ZipEntry found = jar.existing(entry.getKey());
        assertThat(found.getName()).isEqualTo(entry.getKey());
        assertThat(found.getSize()).isEqualTo(entry.getValue().length);
        assertThat(bytes(jar, found)).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void theJvmReadsADirectoryOfWhatIsNeededAtTheTopAlone() throws IOException {
    try (ZipFile jar = new ZipFile(Jvm.AGENT.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName)).noneMatch(name -> name.startsWith("inst/"));
      assertThat(jar.size()).isLessThan(2_000);
    }
  }

  @Test
  void aNameThatIsNotThereIsNotFoundAlsoWhereItsHashIs() throws IOException {
    try (PackedJar jar = open(Jvm.AGENT)) {
      for (String name : List.copyOf(packed().keySet()).subList(0, 1_000)) {
        // (c + 1) * 31 + (d - 31) = c * 31 + d
        String other =
            (char) (name.charAt(0) + 1) + "" + (char) (name.charAt(1) - 31) + name.substring(2);
        assertThat(other).isNotEqualTo(name).hasSameHashCodeAs(name);
        assertThat(jar.getJarEntry(other)).isNull();
        assertThat(jar.getJarEntry(name + "x")).isNull();
      }
      assertThat(jar.getJarEntry("")).isNull();
    }
  }

  @Test
  void whatTheJarItselfHasComesBeforeWhatIsPacked() throws IOException {
    String place = "extension.VigiaCustomizer";
    String name = "inst/io/vigia/agent/extension/VigiaCustomizer.classdata";
    Path other =
        FaultyAgent.make(
            Jvm.AGENT,
            List.of(place),
            FaultyAgent.Fault.DAMAGED,
            directory.resolve("vigia-agent.jar"));
    try (PackedJar jar = open(other);
        PackedJar whole = open(Jvm.AGENT)) {
      int size = (int) whole.existing(name).getSize();
      assertThat(bytes(jar, jar.existing(name))).hasSize(size / 2);
    }
  }

  @Test
  void ofWhichThereAreVersionsForNewerJvmsIsKnown() throws IOException {
    String versions = "inst/META-INF/versions/";
    List<String> with =
        packed().keySet().stream()
            .filter(name -> name.startsWith(versions))
            .map(name -> name.substring(name.indexOf('/', versions.length()) + 1))
            .toList();
    assertThat(with)
        .contains("io/opentelemetry/instrumentation/resources/ProcessPid.classdata")
        .hasSizeLessThan(200);
    try (PackedJar jar = open(Jvm.AGENT)) {
      assertThat(with).allMatch(jar::hasVersions);
      assertThat(packed().keySet())
          .filteredOn(name -> name.startsWith("inst/") && !name.startsWith(versions))
          .filteredOn(name -> jar.hasVersions(name.substring("inst/".length())))
          .hasSizeLessThanOrEqualTo(with.size());
    }
  }

  @Test
  void aJarThatWasPackedAgainSaysSo() throws IOException {
    Path again = directory.resolve("again.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(again))) {
      out.putNextEntry(new ZipEntry("inst.index"));
      out.putNextEntry(new ZipEntry("inst.zip"));
    }
    assertThatThrownBy(() -> open(again).close())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the jar was packed again, with inst.zip compressed: take the original, or store it");
  }

  private static PackedJar open(Path jar) throws IOException {
    return new PackedJar(jar.toFile(), /* verify= */ false);
  }

  private static byte[] bytes(PackedJar jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static Map<String, byte[]> packed() throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipFile jar = new ZipFile(Jvm.AGENT.toFile());
        InputStream archive = jar.getInputStream(jar.getEntry("inst.zip"));
        ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive.readAllBytes()))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }
}
