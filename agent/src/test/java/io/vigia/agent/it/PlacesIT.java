package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vigia.agent.programs.OrderService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Point 8: other JVMs than the build's, and the module path. */
class PlacesIT {

  private static final Path JVMS = Path.of("/usr/lib/jvm");

  @TempDir Path directory;

  @Test
  void newestJvmOfTheMachineRunsIt() throws Exception {
    Optional<Path> newest = newestJava();
    assumeTrue(newest.isPresent(), "no newer JVM below " + JVMS);
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .java(newest.orElseThrow())
                .sendingTo(receiver)
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
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
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, directory.resolve("module-info.java").toString(), source + "");
    assertThat(compiled).isZero();
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.launching(List.of("-p", directory.toString(), "-m", "shop/shop.Main"))
                .sendingTo(receiver)
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
    }
  }

  private static Optional<Path> newestJava() throws IOException {
    if (!Files.isDirectory(JVMS)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(JVMS)) {
      return homes
          .filter(home -> feature(home) > Runtime.version().feature())
          .max(Comparator.comparingInt(PlacesIT::feature))
          .map(home -> home.resolve("bin/java"));
    }
  }

  /** From the file {@code release} of a JDK; 0 for what is none. */
  private static int feature(Path home) {
    try {
      Matcher version =
          Pattern.compile("JAVA_VERSION=\"(\\d+)")
              .matcher(Files.readString(home.resolve("release")));
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
