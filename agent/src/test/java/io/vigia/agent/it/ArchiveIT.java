package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.OrderService;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Point 7: an archive of the classes of a service and the agent, made by one command. */
class ArchiveIT {

  @TempDir Path directory;

  static Stream<Path> buildsJvmAndTheNewest() throws Exception {
    return Stream.of(Path.of(System.getProperty("java.home")), PlacesIT.newestJvm()).distinct();
  }

  static List<Path> jvm8() throws Exception {
    return PlacesIT.otherJvms().stream().filter(home -> PlacesIT.feature(home) == 8).toList();
  }

  @ParameterizedTest
  @MethodSource("buildsJvmAndTheNewest")
  void serviceThatStartsFromItsArchiveIsSeenAsBefore(Path home) throws Exception {
    String classPath = jarOfPrograms() + File.pathSeparator + libraries();
    Path archive = directory.resolve("service.jsa");
    String options;
    try (Receiver receiver = Receiver.start();
        Jvm command =
            Jvm.agentItself("archive")
                .java(home.resolve("bin/java"))
                .sendingTo(receiver)
                .arguments("--out", archive.toString(), "--", "-XX:+UseSerialGC")
                .arguments("-XX:TieredStopAtLevel=1", "-cp", classPath)
                .arguments(OrderService.class.getName(), "500")
                .start()) {
      assertThat(command.exitCode(Duration.ofMinutes(5))).as(command.output()).isZero();
      assertThat(command.stdout()).contains("answered 204");
      options = command.stdout().get(command.stdout().size() - 1);
      assertThat(options)
          .isEqualTo(
              "-XX:SharedArchiveFile=%s -Xbootclasspath/a:%s -javaagent:%s"
                  .formatted(archive, Jvm.AGENT, Jvm.AGENT));
    }
    Path loaded = directory.resolve("loaded.log");
    try (Receiver receiver = Receiver.start();
        Jvm service =
            Jvm.launching(List.of("-cp", classPath, OrderService.class.getName()))
                .java(home.resolve("bin/java"))
                .withoutAgent()
                .options(options.split(" "))
                .options("-Xlog:class+load:file=" + loaded, "-Dotel.bsp.schedule.delay=100")
                .sendingTo(receiver)
                .arguments("told")
                .start()) {
      service.awaitUnlessEnded(receiver::hasOrder);
      service.endWell();
      assertThat(receiver.spans).as(service.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
    }
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> isArchived(line, OrderService.class.getName()))
        .anyMatch(line -> isArchived(line, "io.vigia.agent.boot.VigiaAgent"));
    if (PlacesIT.feature(home) >= 21) {
      // the agent's own loader; older JVMs note no classes of such
      assertThat(Files.readAllLines(loaded))
          .anyMatch(line -> isArchived(line, "io.opentelemetry.sdk.trace.SdkTracerProvider"));
    }
  }

  /** Obtained with {@code VIGIA_REQUIRE_BACKENDS=1}. */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("jvm8")
  void jvmThatCannotSaysSo(Path home) throws Exception {
    try (Jvm command =
        Jvm.agentItself("archive")
            .java(home.resolve("bin/java"))
            .arguments("--", "-jar", "service.jar")
            .start()) {
      assertThat(command.exitCode(Duration.ofMinutes(1))).isEqualTo(1);
      assertThat(command.stdout())
          .containsExactly(
              "no archive: Java 8 archives the JDK's classes only"
                  + " (11 and later: those of services too)");
    }
  }

  private static boolean isArchived(String line, String className) {
    return line.contains(className + " source: shared objects file");
  }

  private static String libraries() {
    return Jvm.classPath("logback", "slf4j-api", "simpleclient");
  }

  /** The JVM archives no classes of directories. */
  private Path jarOfPrograms() throws IOException {
    Path jar = directory.resolve("service.jar");
    Path classes = Path.of("target/test-classes");
    try (Stream<Path> files = Files.list(classes.resolve("io/vigia/agent/programs"));
        OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Path each : files.toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
    return jar;
  }
}
