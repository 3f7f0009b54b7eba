package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.boot.PackedJar;
import io.vigia.agent.programs.Hello;
import io.vigia.agent.programs.JulLogs;
import io.vigia.agent.programs.OrderService;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Point 8: other JVMs than the build's, and the module path. The JVMs are those in {@code
 * /usr/lib/jvm} and the homes in {@code VIGIA_TEST_JVMS}, a list like a class path, or what {@code
 * tests/backends/jvms.sh} obtains.
 */
class PlacesIT {

  private static final Path JVMS = Path.of("/usr/lib/jvm");

  /** What Java 8 can do; virtual threads where there are any. */
  private static final String OLD_SERVICE =
      """
      import io.prometheus.client.Counter;
      import java.net.*;
      import java.util.concurrent.*;
      import java.util.logging.Logger;
      import javax.servlet.http.*;
      import org.apache.catalina.startup.Tomcat;
      public class OldService extends HttpServlet {
        static final Counter ORDERS = Counter.build("orders_total", "Orders").register();
        @Override protected void doGet(HttpServletRequest q, HttpServletResponse a) {
          ORDERS.inc();
          try {
            threads().submit(() -> Logger.getLogger("old").info("order taken")).get();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          a.setStatus(204);
        }
        static ExecutorService threads() throws Exception {
          try {
            return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
          } catch (NoSuchMethodException e) {
            return Executors.newSingleThreadExecutor();
          }
        }
        public static void main(String[] args) throws Exception {
          Tomcat server = new Tomcat();
          server.setBaseDir(args[0]);
          server.setPort(0);
          server.getConnector().setProperty("address", "127.0.0.1");
          Tomcat.addServlet(server.addContext("", null), "orders", new OldService())
              .addMapping("/*");
          server.start();
          URL url = new URL("http://127.0.0.1:" + server.getConnector().getLocalPort() + "/orders/7");
          System.out.println("answered " + ((HttpURLConnection) url.openConnection()).getResponseCode());
          while (System.in.read() >= 0) {}
          System.exit(0);
        }
      }
      """;

  @TempDir Path directory;

  /** An embedded Tomcat, a log event on another thread, simpleclient. */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("otherJvms")
  void otherJvmsThanTheBuildsRunIt(Path home) throws Exception {
    Path source = Files.writeString(directory.resolve("OldService.java"), OLD_SERVICE);
    String libraries = Jvm.classPath("simpleclient", "tomcat-embed", "tomcat-annotations");
    compile("--release", "8", "-Xlint:-options", "-cp", libraries, source.toString());
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.launching(List.of("-cp", directory + File.pathSeparator + libraries, "OldService"))
                .java(home.resolve("bin/java"))
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .argument(directory.toString())
                .sendingTo(receiver)
                .start()) {
      assertThat(jvm.await("answered")).isEqualTo("204");
      jvm.awaitUnlessEnded(
          () ->
              receiver.spans.size() >= 2
                  && orders(receiver).isPresent()
                  && receiver.metric("orders").isPresent());
      jvm.endWell();
      assertThat(receiver.spans)
          .as(jvm.output())
          .extracting(Span::getName)
          .containsExactlyInAnyOrder("GET", "GET /*");
      String trace = HexFormat.of().formatHex(receiver.spans.get(0).getTraceId().toByteArray());
      assertThat(receiver.spans.get(1).getTraceId()).isEqualTo(receiver.spans.get(0).getTraceId());
      assertThat(orders(receiver).orElseThrow()).containsEntry("trace_id", trace);
      assertThat(receiver.metric("orders")).isPresent();
      assertThat(receiver.resource().get("process.runtime.version"))
          .startsWith(feature(home) == 8 ? "1.8." : feature(home) + "");
    }
  }

  /** 17 is in {@link HarmlessIT}; 24 and later have none. */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("jvmsUpTo11")
  void underASecurityManagerThatDoesNotKnowTheAgentTheServiceAnswers(Path home) throws Exception {
    Path source = Files.writeString(directory.resolve("OldService.java"), OLD_SERVICE);
    String libraries = Jvm.classPath("simpleclient", "tomcat-embed", "tomcat-annotations");
    compile("--release", "8", "-Xlint:-options", "-cp", libraries, source.toString());
    Path policy = Surroundings.policy(directory, directory + "/-", libraries);
    try (Jvm jvm =
        Jvm.launching(List.of("-cp", directory + File.pathSeparator + libraries, "OldService"))
            .java(home.resolve("bin/java"))
            .option("-Djava.security.manager")
            .option("-Djava.security.policy==" + policy)
            .argument(directory.toString())
            .start()) {
      assertThat(jvm.await("answered")).as(jvm.output()).isEqualTo("204");
      jvm.endWell();
      assertThat(jvm.output()).contains("the agent did not start, the application runs without it");
    }
  }

  /** From 24 on a JVM says who reads memory past it (JEP 498). */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("jvmsFrom24On")
  void nothingOfTheAgentsIsWarnedOfByNewJvms(Path home) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(JulLogs.class)
                .java(home.resolve("bin/java"))
                .sendingTo(receiver)
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> receiver.logs().size() >= 2);
      jvm.endWell();
      assertThat(receiver.logs()).as(jvm.output()).hasSize(2);
      assertThat(jvm.output()).doesNotContain("sun.misc.Unsafe");
    }
  }

  static List<Path> jvmsFrom24On() throws Exception {
    return otherJvms().stream().filter(home -> feature(home) >= 24).toList();
  }

  static List<Path> jvmsUpTo11() throws Exception {
    return otherJvms().stream().filter(home -> feature(home) <= 11).toList();
  }

  private static Optional<Map<String, Object>> orders(Receiver receiver) {
    return receiver.logs().stream()
        .filter(log -> "order taken".equals(log.get("message")))
        .findFirst();
  }

  /** Java 8 is from where not every machine gets it: {@code tests/backends/jvms.sh} says so. */
  @Test
  @EnabledIfEnvironmentVariable(named = "VIGIA_REQUIRE_BACKENDS", matches = "1")
  void everyVersionFrom11OnThatIsMaintainedIsTried() throws Exception {
    List<Integer> features = new ArrayList<>(List.of(Runtime.version().feature()));
    otherJvms().forEach(home -> features.add(feature(home)));
    assertThat(features).contains(11, 17, 21, 25);
  }

  /** As images have them: what the program needs, and what the agent does. */
  @Test
  void runtimeThatIsLinkedForAProgramWithoutModulesToSpareIsEnough() throws Exception {
    Path runtime = linked("java.instrument,java.logging,jdk.httpserver,java.net.http");
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(JulLogs.class)
                .java(runtime.resolve("bin/java"))
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .sendingTo(receiver)
                .start()) {
      jvm.awaitUnlessEnded(
          () ->
              receiver.spans.size() >= 2
                  && receiver.logs().size() >= 2
                  && receiver.metric("http.server.request.duration").isPresent());
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(2);
      assertThat(receiver.metric("http.server.request.duration")).isPresent();
    }
  }

  @Test
  void runtimeThatLacksWhatTheAgentNeedsIsToldSo() throws Exception {
    Path runtime = linked("java.instrument");
    try (Jvm jvm = Jvm.of(Hello.class).java(runtime.resolve("bin/java")).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.stdout()).first().isEqualTo("hello");
      assertThat(jvm.output().lines().filter(line -> !jvm.stdout().contains(line)))
          .singleElement()
          .asString()
          .contains("was linked without the module java.logging");
    }
  }

  private Path linked(String modules) {
    Path runtime = directory.resolve("runtime");
    int code =
        java.util.spi.ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(System.out, System.err, "--add-modules", modules, "--output", runtime.toString());
    assertThat(code).isZero();
    return runtime;
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
      jvm.awaitUnlessEnded(receiver::hasOrder);
      jvm.endWell();
      assertThat(jvm.output()).contains("Read-only file system");
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
    }
  }

  /** What Kubernetes' restricted standard asks for, and nothing that can be written anywhere. */
  @Test
  void userWithoutRightsOnAReadOnlyRootIsNoReasonToFail() throws Exception {
    List<String> nobody =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -o remount,bind,ro / && mount -t tmpfs -o ro tmpfs /tmp && exec setpriv"
                + " --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all"
                + " \"$@\"",
            "sh");
    boolean possible = succeeds(nobody);
    if (!possible) {
      assertThat(System.getenv("VIGIA_REQUIRE_BACKENDS"))
          .as("needs root, unshare and setpriv")
          .isNotEqualTo("1");
    }
    assumeTrue(possible, "needs root, unshare and setpriv: a user without rights is not tried");
    // where that user may look: not below somebody's home
    Path readable = Files.createTempDirectory(Path.of("/var/tmp"), "vigia-it");
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.launching(List.of("-cp", readableClassPath(readable), OrderService.class.getName()))
                .agent(Files.copy(Jvm.AGENT, readable.resolve("agent.jar")))
                .under(nobody)
                .spillingTo(Path.of("/vigia-spill"))
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(receiver::hasOrder);
      assertThat(Files.getAttribute(Path.of("/proc/" + jvm.process().pid()), "unix:uid"))
          .isEqualTo(65534);
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
      assertThat(jvm.output()).contains("[vigia]").doesNotContain("Exception in");
    } finally {
      try (Stream<Path> copies = Files.walk(readable)) {
        copies.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  /** {@link OrderService} and its libraries, copied. */
  private static String readableClassPath(Path to) throws IOException {
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path programs = to.resolve("io/vigia/agent/programs");
    Files.createDirectories(programs);
    try (Stream<Path> classes =
        Files.list(Path.of("target/test-classes/io/vigia/agent/programs"))) {
      for (Path each : classes.toList()) {
        Files.copy(each, programs.resolve(each.getFileName()));
      }
    }
    StringBuilder classPath = new StringBuilder(to.toString());
    String libraries = Jvm.classPath("logback", "slf4j-api", "simpleclient");
    for (String library : libraries.split(File.pathSeparator)) {
      Path copy = to.resolve(Path.of(library).getFileName());
      classPath.append(File.pathSeparator).append(Files.copy(Path.of(library), copy));
    }
    return classPath.toString();
  }

  /** So it runs on 8, and where there is no glibc as on Alpine. */
  @Test
  void everyClassOfOursIsJava8sAndThereIsNoNativeCode() throws IOException {
    int classes = 0;
    try (PackedJar jar = new PackedJar(Jvm.AGENT.toFile(), /* verify= */ false)) {
      for (String name : jar.allNames()) {
        assertThat(name).doesNotMatch(".*[.](so|dll|dylib|jnilib)");
        if (name.matches("(inst/)?io/vigia/.*[.]class(data)?")) {
          try (DataInputStream in = new DataInputStream(jar.getInputStream(jar.existing(name)))) {
            assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
            // the first one is told by older JVMs that they are too old
            int newest = name.endsWith("boot/Premain.class") ? 50 : 52;
            assertThat(in.readInt()).as(name).isLessThanOrEqualTo(newest);
          }
          classes++;
        }
      }
    }
    assertThat(classes).isGreaterThan(200);
  }

  /** Hence nothing that was built for another C library than the JVM's, as on Alpine. */
  @Test
  void noNativeLibraryIsLoadedButTheJvmsOwn() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "needs Linux");
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start();
        Jvm plain =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .withoutAgent()
                .argument("told")
                .start()) {
      plain.await("answered");
      jvm.awaitUnlessEnded(() -> receiver.hasOrder() && receiver.metric("orders").isPresent());
      Set<Path> before = nativeLibraries(plain);
      assertThat(before).anyMatch(library -> library.endsWith("libjvm.so"));
      Path home = Path.of(System.getProperty("java.home")).toRealPath();
      assertThat(nativeLibraries(jvm))
          .anyMatch(library -> library.endsWith("libinstrument.so"))
          .allMatch(library -> library.startsWith(home) || before.contains(library));
    }
  }

  /** Everything that is mapped as code. */
  private static Set<Path> nativeLibraries(Jvm jvm) throws IOException {
    try (Stream<String> maps =
        Files.lines(Path.of("/proc", Long.toString(jvm.process().pid()), "maps"))) {
      return maps.map(line -> line.split(" +", 6))
          .filter(fields -> fields.length == 6 && fields[1].contains("x"))
          .filter(fields -> fields[5].startsWith("/"))
          .map(fields -> Path.of(fields[5]))
          .collect(Collectors.toSet());
    }
  }

  /** Whether this machine lets us run something like that. */
  static boolean succeeds(List<String> under) throws InterruptedException {
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
  static Path newestJvm() throws Exception {
    return otherJvms().stream()
        .filter(home -> feature(home) > Runtime.version().feature())
        .max(Comparator.comparingInt(PlacesIT::feature))
        .orElse(Path.of(System.getProperty("java.home")));
  }

  /** One of each version but the build's, the oldest first. */
  static List<Path> otherJvms() throws Exception {
    List<Path> homes = new ArrayList<>();
    if (Files.isDirectory(JVMS)) {
      try (Stream<Path> installed = Files.list(JVMS)) {
        installed.forEach(homes::add);
      }
    }
    Arrays.stream(moreJvms().split(File.pathSeparator)).map(Path::of).forEach(homes::add);
    Map<Integer, Path> byFeature = new TreeMap<>();
    homes.stream()
        .filter(home -> feature(home) > 0 && feature(home) != Runtime.version().feature())
        .forEach(home -> byFeature.putIfAbsent(feature(home), home));
    return List.copyOf(byFeature.values());
  }

  /** With {@code VIGIA_REQUIRE_BACKENDS=1} those that can be obtained are obtained. */
  private static String moreJvms() throws IOException, InterruptedException {
    String set = System.getenv("VIGIA_TEST_JVMS");
    if (set != null || !"1".equals(System.getenv("VIGIA_REQUIRE_BACKENDS"))) {
      return set == null ? "" : set;
    }
    Process script =
        new ProcessBuilder("../tests/backends/jvms.sh")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String homes = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(script.waitFor()).isZero();
    return homes.strip();
  }

  /** From the file {@code release} of a JDK; 0 for what is none. */
  static int feature(Path home) {
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
