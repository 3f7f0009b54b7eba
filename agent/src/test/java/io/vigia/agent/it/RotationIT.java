package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.agent.programs.Web;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 9: while a service runs, the collector gets another certificate and another token. The
 * files are replaced as Kubernetes does it; the service is not restarted and loses nothing.
 */
class RotationIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path directory;

  /** Paths of the requests whose server span arrived. */
  private final Set<String> paths = ConcurrentHashMap.newKeySet();

  private final ConcurrentLinkedQueue<String> authorizations = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Test
  void rotatedCertificateAndTokenAreUsedWithoutARestart() throws Exception {
    Path trusted = Files.copy(certificate("first"), directory.resolve("trusted.pem"));
    Path token = Files.writeString(directory.resolve("token"), "one\n");
    HttpsServer server = server("first", 0);
    int port = server.getAddress().getPort();
    try (Jvm web =
        Jvm.of(Web.class, "logback", "slf4j-api")
            .environment("VIGIA_COLLECTOR", "https://127.0.0.1:" + port)
            .environment("OTEL_EXPORTER_OTLP_CERTIFICATE", trusted.toString())
            .environment("VIGIA_TOKEN_FILE", token.toString())
            .option("-Dotel.bsp.schedule.delay=100")
            .spillingTo(directory.resolve("spill"))
            .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/before");
      await().atMost(Duration.ofSeconds(60)).until(() -> paths.contains("/before"));
      assertThat(authorizations).containsOnly("Bearer one");

      server.stop(0);
      Path renewed = certificate("second");
      server = server("second", port);
      authorizations.clear();
      get(base + "/between");
      replace(Files.writeString(directory.resolve("token.new"), "two\n"), token);
      replace(renewed, trusted);
      get(base + "/after");
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(() -> assertThat(paths).as(web.output()).contains("/between", "/after"));
      assertThat(authorizations).contains("Bearer two");
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  /** By gRPC, too, whatever the port is; the headers that the user sets stay. */
  @Test
  void rotatedTokenIsUsedByGrpcWithoutARestart() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "one\n");
    try (GrpcReceiver receiver = GrpcReceiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + receiver.port())
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
                .environment("VIGIA_LOGS", "otlp")
                .environment("VIGIA_TOKEN_FILE", token.toString())
                .option("-Dotel.bsp.schedule.delay=100")
                .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/before");
      await().atMost(Duration.ofSeconds(60)).until(() -> receiver.paths.contains("/before"));
      assertThat(receiver.authorizations).containsOnly("Bearer one");
      web.awaitUnlessEnded(() -> web.output().contains(": service "));
      assertThat(web.output())
          .contains(": reachable; traces and metrics and logs by OTLP/gRPC without spill");

      replace(Files.writeString(directory.resolve("token.new"), "two\n"), token);
      get(base + "/after");
      await().atMost(Duration.ofSeconds(60)).until(() -> receiver.paths.contains("/after"));
      assertThat(receiver.authorizations).endsWith("Bearer two");
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
    }
  }

  private static void replace(Path by, Path file) throws IOException {
    Files.move(by, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void get(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    assertThat(CLIENT.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }

  private HttpsServer server(String name, int port) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
      store.load(in, "secret".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "secret".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream in = exchange.getRequestBody();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
        in = new GZIPInputStream(in);
      }
      byte[] body = in.readAllBytes();
      if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
        authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
            .flatMap(resource -> resource.getScopeSpansList().stream())
            .flatMap(scope -> scope.getSpansList().stream())
            .flatMap(span -> span.getAttributesList().stream())
            .filter(attribute -> attribute.getKey().equals("url.path"))
            .forEach(attribute -> paths.add(attribute.getValue().getStringValue()));
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  /** Makes {@code name.p12} and gives its certificate as PEM. */
  private Path certificate(String name) throws IOException, InterruptedException {
    Path pem = directory.resolve(name + ".pem");
    String store = directory.resolve(name + ".p12").toString();
    keytool(
        store,
        List.of(
            "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1"));
    keytool(store, List.of("-exportcert", "-rfc", "-file", pem.toString()));
    return pem;
  }

  private static void keytool(String store, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-alias", "a", "-keystore", store, "-storepass", "secret"));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
  }
}
