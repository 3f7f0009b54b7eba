package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vigia.agent.programs.OrderService;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Point 8: other JVMs than the build's, and the module path. The JVMs are those in {@code
 * /usr/lib/jvm} and the homes in {@code VIGIA_TEST_JVMS}, a list like a class path.
 */
class PlacesIT {

  private static final Path JVMS = Path.of("/usr/lib/jvm");

  /** What Java 8 can do: a request to itself, a log event, a counter. */
  private static final String OLD_SERVICE =
      """
      import com.sun.net.httpserver.HttpServer;
      import io.prometheus.client.Counter;
      import java.net.*;
      import java.util.logging.Logger;
      public class OldService {
        public static void main(String[] args) throws Exception {
          Counter orders = Counter.build("orders_total", "Orders").register();
          HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
          server.createContext("/", e -> {
            orders.inc();
            Logger.getLogger("old").info("order taken");
            e.sendResponseHeaders(204, -1);
            e.close();
          });
          server.start();
          URL url = new URL("http://127.0.0.1:" + server.getAddress().getPort());
          System.out.println("answered " + ((HttpURLConnection) url.openConnection()).getResponseCode());
          server.stop(0);
          while (System.in.read() >= 0) {}
        }
      }
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("otherJvms")
  void otherJvmsThanTheBuildsRunIt(Path home) throws Exception {
    Path source = Files.writeString(directory.resolve("OldService.java"), OLD_SERVICE);
    String libraries = Jvm.classPath("simpleclient");
    compile("--release", "8", "-Xlint:-options", "-cp", libraries, source.toString());
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.launching(List.of("-cp", directory + File.pathSeparator + libraries, "OldService"))
                .java(home.resolve("bin/java"))
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .sendingTo(receiver)
                .start()) {
      jvm.await("answered");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  !jvm.process().isAlive()
                      || (receiver.spans.size() >= 2
                          && !receiver.logs().isEmpty()
                          && receiver.metric("orders").isPresent()));
      jvm.tell();
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.spans.get(0).getTraceId()).isEqualTo(receiver.spans.get(1).getTraceId());
      assertThat(receiver.logs()).extracting("message").containsExactly("order taken");
      assertThat(receiver.metric("orders")).isPresent();
    }
  }

  @Test
  void applicationOnTheModulePathIsSeen() throws Exception {
    Files.writeString(
        directory.resolve("module-info.java"),
        "module shop { requires jdk.httpserver; requires java.net.http; }");
    Path source = Files.createDirectories(directory.resolve("shop")).resolve("Main.java");
    Files.writeString(
        source,
        """
        package shop;
        import com.sun.net.httpserver.HttpServer;
        import java.net.*;
        import java.net.http.*;
        public class Main {
          public static void main(String[] args) throws Exception {
            var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.createContext("/", e -> { e.sendResponseHeaders(204, -1); e.close(); });
            server.start();
            var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(),
                HttpResponse.BodyHandlers.discarding());
            server.stop(0);
          }
        }
        """);
    compile(directory.resolve("module-info.java").toString(), source.toString());
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.launching(List.of("-p", directory.toString(), "-m", "shop/shop.Main"))
                .sendingTo(receiver)
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
    }
  }

  @Test
  void rootFileSystemThatIsReadOnlyAsAWholeIsNoReasonToFail() throws Exception {
    List<String> readOnly =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -o remount,bind,ro / && ! touch /vigia-probe 2>&1 && exec \"$@\"",
            "sh");
    assumeTrue(succeeds(readOnly), "needs the right to mount: root, and unshare");
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .under(readOnly)
                .spillingTo(Path.of("/vigia-spill"))
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .argument("told")
                .start()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  !jvm.process().isAlive()
                      || (receiver.spans.size() >= 2 && receiver.logs().size() >= 3));
      jvm.tell();
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.output()).contains("Read-only file system");
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
    }
  }

  /** So it runs on 8, and where there is no glibc as on Alpine. */
  @Test
  void everyClassOfOursIsJava8sAndThereIsNoNativeCode() throws IOException {
    int classes = 0;
    try (JarFile jar = new JarFile(Jvm.AGENT.toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        assertThat(entry.getName()).doesNotMatch(".*[.](so|dll|dylib|jnilib)");
        if (entry.getName().matches("(inst/)?io/vigia/.*[.]class(data)?")) {
          try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
            assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
            assertThat(in.readInt()).as(entry.getName()).isLessThanOrEqualTo(52);
          }
          classes++;
        }
      }
    }
    assertThat(classes).isGreaterThan(50);
  }

  private static boolean succeeds(List<String> under) throws InterruptedException {
    List<String> command = new ArrayList<>(under);
    command.add("true");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such command
    }
  }

  private static void compile(String... arguments) {
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
  }

  /** The build's, if there is no newer one. */
  static Path newestJvm() throws IOException {
    try (Stream<Path> homes = Files.isDirectory(JVMS) ? Files.list(JVMS) : Stream.empty()) {
      return homes
          .filter(home -> feature(home) > Runtime.version().feature())
          .max(Comparator.comparingInt(PlacesIT::feature))
          .orElse(Path.of(System.getProperty("java.home")));
    }
  }

  static List<Path> otherJvms() throws IOException {
    List<Path> homes = new ArrayList<>();
    if (Files.isDirectory(JVMS)) {
      try (Stream<Path> installed = Files.list(JVMS)) {
        installed
            .filter(home -> feature(home) > 0 && feature(home) != Runtime.version().feature())
            .filter(home -> !Files.isSymbolicLink(home))
            .forEach(homes::add);
      }
    }
    String more = System.getenv("VIGIA_TEST_JVMS");
    if (more != null) {
      Arrays.stream(more.split(File.pathSeparator)).map(Path::of).forEach(homes::add);
    }
    assumeFalse(homes.isEmpty(), "no other JVM in " + JVMS + " or VIGIA_TEST_JVMS");
    return homes;
  }

  /** From the file {@code release} of a JDK; 0 for what is none. */
  private static int feature(Path home) {
    try {
      Matcher version =
          Pattern.compile("JAVA_VERSION=\"(?:1[.])?(\\d+)")
              .matcher(Files.readString(home.resolve("release")));
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
