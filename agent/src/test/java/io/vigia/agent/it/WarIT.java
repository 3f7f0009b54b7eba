package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 8: a war in a Tomcat and in a Jetty as people download them. Its library ({@code
 * simpleclient}) and its logger belong to the web application's class loader, the server's classes
 * to another one.
 */
class WarIT {

  private static final String SHELF =
      """
      import io.prometheus.client.Counter;
      import jakarta.servlet.annotation.WebServlet;
      import jakarta.servlet.http.*;
      import java.util.logging.Logger;
      @WebServlet("/shelf/*")
      public class Shelf extends HttpServlet {
        static final Counter BOOKS = Counter.build("books_total", "Books").register();
        @Override protected void doGet(HttpServletRequest request, HttpServletResponse response) {
          BOOKS.inc();
          Logger.getLogger("shelf").info("book asked for");
          response.setStatus(204);
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void allThreeSignalsOfAWarInATomcatArriveUnderItsNameAndNoClassIsWrittenWithoutNeed()
      throws Exception {
    Path tomcat = tomcat();
    war(tomcat.resolve("webapps/shop-1.4.war"));
    Path written = Files.createDirectories(directory.resolve("written"));
    String output =
        warIsSeen(
            Jvm.script(
                    "CATALINA_OPTS", List.of("sh", tomcat.resolve("bin/catalina.sh") + "", "run"))
                .option("-Dnet.bytebuddy.dump=" + written)
                .environment("JAVA_HOME", System.getProperty("java.home"))
                .environment("VIGIA_DEBUG", "true"),
            Pattern.compile(
                "Starting ProtocolHandler \\[\"http-nio-.*-(\\d+)\"](?s:.*)Server startup in"));
    assertThat(output)
        .as("of the module for this Tomcat, and of none for an older one")
        .containsPattern("instrumentation is installed: .*[.]Tomcat10InstrumentationModule")
        .doesNotContain("Tomcat7InstrumentationModule")
        .doesNotContain("Servlet3InstrumentationModule");
    try (Stream<Path> files = Files.list(written)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertThat(names)
          .filteredOn(name -> name.startsWith("org.apache.") && name.contains("-original"))
          .isNotEmpty()
          .noneMatch(name -> isAsItWas(written, name));
    }
  }

  /** Advice and fields only ever make a class longer. */
  private static boolean isAsItWas(Path written, String original) {
    File before = written.resolve(original).toFile();
    File after = written.resolve(original.replace("-original", "")).toFile();
    return after.exists() && before.length() == after.length();
  }

  @Test
  void allThreeSignalsOfAWarInAJettyArriveUnderItsName() throws Exception {
    Path jetty = unpacked("vigia.test.jetty");
    Path base = Files.createDirectories(directory.resolve("base"));
    Files.createDirectories(base.resolve("start.d"));
    Files.writeString(
        base.resolve("start.d/shop.ini"), "--module=http\n--module=ee10-deploy,ee10-annotations\n");
    war(Files.createDirectories(base.resolve("webapps")).resolve("shop-1.4.war"));
    warIsSeen(
        Jvm.launching(List.of("-jar", jetty.resolve("start.jar") + ""))
            .option("-Djetty.base=" + base)
            .argument("jetty.http.host=127.0.0.1")
            .argument("jetty.http.port=0"),
        Pattern.compile("Started oejs.ServerConnector.*\\{127.0.0.1:(\\d+)}"));
  }

  /**
   * @param started what the server logs when it serves, with its port
   * @return what the server wrote
   */
  private static String warIsSeen(Jvm.Builder server, Pattern started) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            server
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .sendingTo(receiver)
                .start()) {
      assertThat(ask("http://127.0.0.1:" + port(jvm, started) + "/shop-1.4/shelf/7"))
          .as(jvm.output())
          .isEqualTo(204);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  !receiver.spans.isEmpty()
                      && receiver.metric("books").isPresent()
                      && receiver.logs().stream().anyMatch(WarIT::isTheWars));
      assertThat(receiver.spans)
          .singleElement()
          .satisfies(
              span -> {
                assertThat(span.getName()).isEqualTo("GET /shop-1.4/shelf/*");
                assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
                assertThat(receiver.logs())
                    .filteredOn(WarIT::isTheWars)
                    .singleElement()
                    .extracting(log -> log.get("trace_id"))
                    .isEqualTo(HexFormat.of().formatHex(span.getTraceId().toByteArray()));
              });
      assertThat(receiver.metric("books").orElseThrow().getSum().getDataPoints(0).getAsDouble())
          .isEqualTo(1);
      assertThat(receiver.resource()).containsEntry("service.name", "shop");
      assertThat(jvm.output()).contains("service \"shop\" (from web application)");
      return jvm.output();
    }
  }

  private static boolean isTheWars(Map<String, Object> log) {
    return "book asked for".equals(log.get("message")) && "shelf".equals(log.get("logger"));
  }

  /** Unpacked, on a free port, without a shutdown port. */
  private Path tomcat() throws IOException {
    Path home = unpacked("vigia.test.tomcat");
    Path settings = home.resolve("conf/server.xml");
    Files.writeString(
        settings,
        Files.readString(settings)
            .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
            .replace("<Connector port=\"8080\"", "<Connector address=\"127.0.0.1\" port=\"0\""));
    return home;
  }

  /** A server as people download it. */
  private Path unpacked(String zipProperty) throws IOException {
    try (ZipFile zip = new ZipFile(System.getProperty(zipProperty))) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        Path file = directory.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else if (!entry.getName().matches("[^/]+/webapps/(docs|examples)/.+")) {
          Files.createDirectories(file.getParent());
          Files.copy(zip.getInputStream(entry), file);
        }
      }
    }
    try (var roots = Files.list(directory)) {
      return roots.findFirst().orElseThrow();
    }
  }

  private void war(Path file) throws IOException {
    Path source = Files.writeString(directory.resolve("Shelf.java"), SHELF);
    String libraries = Jvm.classPath("simpleclient", "jakarta.servlet-api");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", libraries, source.toString()))
        .isZero();
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream war = new ZipOutputStream(out)) {
      add(war, "WEB-INF/classes/Shelf.class", directory.resolve("Shelf.class"));
      for (String library : Jvm.classPath("simpleclient").split(File.pathSeparator)) {
        add(war, "WEB-INF/lib/" + Path.of(library).getFileName(), Path.of(library));
      }
    }
  }

  private static void add(ZipOutputStream war, String name, Path file) throws IOException {
    war.putNextEntry(new ZipEntry(name));
    Files.copy(file, war);
  }

  /** Both log the port that they were given. */
  private static String port(Jvm jvm, Pattern started) {
    jvm.awaitUnlessEnded(() -> started.matcher(jvm.output()).find());
    Matcher port = started.matcher(jvm.output());
    assertThat(port.find()).as(jvm.output()).isTrue();
    return port.group(1);
  }

  private static int ask(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }
}
