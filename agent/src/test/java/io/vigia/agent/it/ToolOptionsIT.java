package io.vigia.agent.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.OrderService;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Point 8: {@code JAVA_TOOL_OPTIONS}, by which a container's every JVM gets the agent: the service
 * as well as the JDK's own programs that somebody starts beside it.
 */
class ToolOptionsIT {

  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

  @TempDir Path directory;

  @Test
  void springBootsFatJarIsSeenAndNamedAsItSays() throws Exception {
    Path jar = fatJar(directory.resolve("orders-1.0.jar"));
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            run("java", "-jar", jar.toString(), "told")
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .sendingTo(receiver)
                .start()) {
      jvm.awaitUnlessEnded(() -> receiver.hasOrder() && receiver.metric("orders").isPresent());
      jvm.endWell();
      assertThat(receiver.spans).extracting(Span::getName).containsOnly("GET", "GET /order");
      assertThat(receiver.logs()).hasSize(3);
      assertThat(receiver.resource()).containsEntry("service.name", "spring-orders");
      assertThat(jvm.output()).contains("service \"spring-orders\" (from spring.application.name)");
      assertThat(jvm.stdout()).first().asString().contains("started");
    }
  }

  @Test
  void singleSourceFileIsAnApplication() throws Exception {
    Path source =
        Files.writeString(
            directory.resolve("Hello.java"),
            """
            public class Hello {
              public static void main(String[] args) throws Exception {
                System.out.println("hello");
                while (System.in.read() >= 0) {}
              }
            }
            """);
    try (Jvm jvm = run("java", source.toString()).start()) {
      jvm.awaitUnlessEnded(() -> jvm.output().contains("[vigia] "));
      jvm.endWell();
      assertThat(jvm.stdout()).containsExactly("hello");
    }
  }

  /** Nobody is at the collector's address, so that a word of the agent would be on stderr. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "java -version",
        "java --version",
        "java --list-modules",
        "javac -version",
        "jar --version",
        "keytool -printcert -file /nonexistent",
        "jcmd -h",
      })
  void programsOfTheJdkAreLeftAlone(String commandLine) throws Exception {
    String[] words = commandLine.split(" ");
    try (Jvm plain = run(words).withoutAgent().start();
        Jvm jvm = run(words).environment("VIGIA_COLLECTOR", "127.0.0.1:1").start()) {
      int expected = plain.exitCode(Duration.ofSeconds(60));
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isEqualTo(expected);
      assertThat(jvm.stdout()).isEqualTo(plain.stdout());
      assertThat(withoutOptions(jvm)).isEqualTo(withoutOptions(plain));
    }
  }

  /** Which runs what it is told in a JVM of its own, and waits five seconds for that to start. */
  @Test
  void jshellIsLeftAloneWithTheJvmThatItStarts() throws Exception {
    Path script = directory.resolve("script.jsh");
    Files.writeString(
        script, "/exit System.getProperty(\"vigia.agent.started\") == null ? 6 : 7\n");
    try (Jvm jvm = run("jshell", "-s", script.toString()).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isEqualTo(6);
      assertThat(jvm.output()).doesNotContain("[vigia]");
    }
  }

  /** One that talks to the service's JVM, which has an agent of its own. */
  @Test
  void jcmdReachesTheService() throws Exception {
    try (Jvm service =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .argument("told")
                .start();
        Jvm jcmd = jcmd(service)) {
      assertThat(jcmd.exitCode(Duration.ofSeconds(60))).as(jcmd.output()).isZero();
      assertThat(jcmd.output()).contains(Runtime.version().toString());
      assertThat(jcmd.output()).doesNotContain("[vigia]");
    }
  }

  private static Jvm jcmd(Jvm service) throws IOException {
    service.await("answered");
    return run("jcmd", Long.toString(service.process().pid()), "VM.version").start();
  }

  private static List<String> withoutOptions(Jvm jvm) {
    return jvm.output()
        .lines()
        .filter(line -> !line.startsWith("Picked up JAVA_TOOL_OPTIONS"))
        .toList();
  }

  /** A program of the JDK with the agent by the environment. */
  private static Jvm.Builder run(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(BIN.resolve(program).toString()));
    command.addAll(List.of(arguments));
    return Jvm.script("JAVA_TOOL_OPTIONS", command);
  }

  private static Jvm.Builder run(String[] words) {
    return run(words[0], List.of(words).subList(1, words.length).toArray(String[]::new));
  }

  /** As Spring Boot's plugin makes it: its loader, classes and jars below {@code BOOT-INF}. */
  private static Path fatJar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
    manifest.getMainAttributes().put(new Name("Start-Class"), OrderService.class.getName());
    manifest.getMainAttributes().put(new Name("Spring-Boot-Classes"), "BOOT-INF/classes/");
    manifest.getMainAttributes().put(new Name("Spring-Boot-Lib"), "BOOT-INF/lib/");
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest);
        JarFile loader = new JarFile(Jvm.classPath("spring-boot-loader"));
        Stream<Path> programs =
            Files.list(Path.of("target/test-classes/io/vigia/agent/programs"))) {
      for (JarEntry entry : Collections.list(loader.entries())) {
        if (entry.getName().startsWith("org/")) {
          store(jar, entry.getName(), loader.getInputStream(entry).readAllBytes());
        }
      }
      for (String folder : List.of("BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/")) {
        store(jar, folder, new byte[0]);
      }
      store(
          jar,
          "BOOT-INF/classes/application.properties",
          "spring.application.name=spring-orders\n".getBytes(UTF_8));
      for (Path program : programs.toList()) {
        store(
            jar,
            "BOOT-INF/classes/io/vigia/agent/programs/" + program.getFileName(),
            Files.readAllBytes(program));
      }
      String libraries = Jvm.classPath("logback", "slf4j-api", "simpleclient");
      for (String library : libraries.split(File.pathSeparator)) {
        Path path = Path.of(library);
        store(jar, "BOOT-INF/lib/" + path.getFileName(), Files.readAllBytes(path));
      }
    }
    return file;
  }

  /** The loader reads nested jars only when they are not compressed. */
  private static void store(JarOutputStream jar, String name, byte[] bytes) throws IOException {
    JarEntry entry = new JarEntry(name);
    CRC32 sum = new CRC32();
    sum.update(bytes);
    entry.setMethod(JarEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(sum.getValue());
    jar.putNextEntry(entry);
    jar.write(bytes);
  }
}
