package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.agent.programs.Web;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Point 9: while a service runs, the collector gets another certificate and another token. The
 * files are replaced as Kubernetes does it; the service is not restarted and loses nothing.
 */
class RotationIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Way.class)
  void rotatedCertificatesAndTokenAreUsedWithoutARestart(Way way) throws Exception {
    Identity first = Identity.make(directory, "first");
    Identity second = Identity.make(directory, "second");
    use(first, "one");
    Receiver receiver = Receiver.start(way, first, 0);
    int port = receiver.otlpPort();
    try (Jvm web =
        Jvm.of(Web.class, "logback", "slf4j-api")
            .by(way)
            .environment("VIGIA_COLLECTOR", "https://127.0.0.1:" + port)
            .environment("OTEL_EXPORTER_OTLP_CERTIFICATE", file("trusted.pem").toString())
            .environment("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", file("client.pem").toString())
            .environment("OTEL_EXPORTER_OTLP_CLIENT_KEY", file("client.key").toString())
            .environment("VIGIA_TOKEN_FILE", file("token").toString())
            .option("-Dotel.bsp.schedule.delay=100")
            .spillingTo(directory.resolve("spill"))
            .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/before");
      awaitPath(receiver, "/before", web);
      assertThat(receiver.authorizations).containsOnly("Bearer one");
      web.awaitUnlessEnded(() -> web.output().contains(": service "));
      assertThat(web.output()).contains("; traces and metrics and logs by " + way.words + "\n");

      receiver.close();
      receiver = Receiver.start(way, second, port);
      get(base + "/between");
      use(second, "two");
      get(base + "/after");
      awaitPath(receiver, "/between", web);
      awaitPath(receiver, "/after", web);
      assertThat(receiver.authorizations).contains("Bearer two");
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
    } finally {
      receiver.close();
    }
  }

  private static void awaitPath(Receiver receiver, String path, Jvm web) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(() -> assertThat(receiver.paths()).as(web.output()).contains(path));
  }

  /** Replaces the files that the service was started with. */
  private void use(Identity identity, String token) throws Exception {
    replace("trusted.pem", identity.certificate());
    replace("client.pem", identity.certificate());
    replace("client.key", identity.key());
    replace("token", token + "\n");
  }

  private void replace(String name, String content) throws IOException {
    Path written = Files.writeString(file(name + ".new"), content);
    Files.move(
        written, file(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static void get(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    assertThat(CLIENT.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }
}
