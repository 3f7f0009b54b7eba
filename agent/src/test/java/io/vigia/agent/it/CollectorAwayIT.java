package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.agent.programs.OrderService;
import io.vigia.agent.programs.Parent;
import io.vigia.agent.programs.Web;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Never in the way: the collector is absent, hangs, is overloaded, answers nonsense. */
@Execution(ExecutionMode.CONCURRENT)
class CollectorAwayIT {

  private static final String[] LIBRARIES = {"logback", "slf4j-api", "simpleclient"};

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path directory;

  /**
   * A service that is killed, a job that meets an overloaded collector, a short job that meets
   * none, one after the other with one spill directory; then a process that meets a healthy one.
   */
  @ParameterizedTest
  @EnumSource(Way.class)
  void whatEveryOutageLeftIsHandedOverByTheNextProcess(Way way) throws Exception {
    Path spill = directory.resolve("spill");
    try (Receiver overloaded = Receiver.start(way);
        Jvm killed = away(way).spillingTo(spill).argument("told").start();
        Jvm job =
            away(way)
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + overloaded.answering(503).otlpPort())
                .spillingTo(spill)
                .start()) {
      assertThat(job.exitCode(Duration.ofSeconds(120))).isZero();
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions() // files are renamed and removed while they are looked at
          .until(() -> processesThatSpilled(spill) == 2);
      killed.process().destroyForcibly().waitFor();
      assertThat(overloaded.spans).isEmpty();
    }
    try (Jvm job = away(way).spillingTo(spill).start()) {
      assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
      assertThat(job.output()).contains("connection refused").contains("answered 204");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spill)))
        .isEqualTo("rwx------");
    assertThat(spilled(spill)).anyMatch(file -> file.startsWith("metrics-"));

    try (Receiver receiver = Receiver.start(way);
        Jvm next = service().sendingTo(receiver).spillingTo(spill).argument("told").start()) {
      // four processes, each with a client and a server span and three log events
      next.awaitUnlessEnded(() -> receiver.spans.size() >= 8 && receiver.logCount() >= 12);
      next.endWell();
      assertThat(receiver.spans).as(next.output()).hasSize(8);
      assertThat(receiver.logCount()).isEqualTo(12);
      // the killed one may not have reported metrics yet
      assertThat(receiver.metrics)
          .filteredOn(metric -> metric.getName().equals("orders"))
          .extracting(metric -> metric.getSum().getDataPoints(0).getStartTimeUnixNano())
          .satisfies(starts -> assertThat(Set.copyOf(starts)).hasSizeBetween(3, 4));
      assertThat(spilled(spill)).isEmpty();
    }
  }

  /** A lock that whoever opens it waits at, as at a file of a server that is gone. */
  @Test
  void startDoesNotWaitForWhatEarlierProcessesLeft() throws Exception {
    Path spill = directory.resolve("spill");
    Path left = Files.createDirectories(spill.resolve("1764999000123-a"));
    Files.setPosixFilePermissions(spill, PosixFilePermissions.fromString("rwx------"));
    Process fifo = new ProcessBuilder("mkfifo", left.resolve("lock").toString()).start();
    assertThat(fifo.waitFor()).isZero();
    try (Receiver receiver = Receiver.start();
        Jvm job = service().sendingTo(receiver).spillingTo(spill).start()) {
      assertThat(job.exitCode(Duration.ofSeconds(60))).as(job.output()).isZero();
      assertThat(receiver.spans).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void hangingCollectorDelaysNeitherTheProgramNorItsExit(Way way) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Jvm plain = service().withoutAgent().start();
        Jvm job =
            service()
                .by(way)
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + silent.getLocalPort())
                .environment("VIGIA_FORWARD", "127.0.0.1:" + silent.getLocalPort())
                .spillingTo(directory.resolve("spill"))
                .start()) {
      assertThat(plain.exitCode(Duration.ofSeconds(60))).isZero();
      assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
      assertThat(exitMillis(job)).as(job.output()).isLessThan(2_000);
      assertThat(applicationLines(job)).isEqualTo(applicationLines(plain));
      assertThat(spilled(directory.resolve("spill")))
          .anyMatch(file -> file.startsWith("traces-"))
          .anyMatch(CollectorAwayIT::isLogs);
    }
  }

  /** TLS that is never answered, and a connection that is never made (the backlog is full). */
  @ParameterizedTest
  @ValueSource(strings = {"https", "full"})
  void exitIsBoundedWhereverTheConnectionHangs(String kind) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        FullBacklog full = FullBacklog.open()) {
      boolean isFull = kind.equals("full");
      String address = "127.0.0.1:" + (isFull ? full.port() : silent.getLocalPort());
      try (Jvm job =
          service()
              .environment("VIGIA_COLLECTOR", isFull ? address : "https://" + address)
              .environment("VIGIA_FORWARD", address)
              .spillingTo(directory.resolve("spill"))
              .start()) {
        assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
        assertThat(exitMillis(job)).as(job.output()).isLessThan(2_000);
        assertThat(spilled(directory.resolve("spill")))
            .anyMatch(file -> file.startsWith("traces-"))
            .anyMatch(file -> file.startsWith("forward-"));
      }
    }
  }

  /** The time-outs towards the collector are 5 s: a request that waited for one would be late. */
  @Test
  void requestsDoNotWaitWhileTheCollectorHangsAndTheQueuesAreFull() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + silent.getLocalPort())
                .environment("VIGIA_LOGS", "otlp")
                .environment("VIGIA_DEBUG", "true")
                .option("-Dotel.bsp.max.queue.size=10")
                .option("-Dotel.bsp.max.export.batch.size=10")
                .option("-Dotel.blrp.max.queue.size=10")
                .option("-Dotel.blrp.max.export.batch.size=10")
                .spillingTo(directory.resolve("spill"))
                .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      for (int i = 0; i < 300; i++) {
        get(base + "/" + i);
      }
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(exitMillis(web)).isLessThan(2_000);
      assertThat(web.output())
          .contains("debug: spans dropped: queue full")
          .contains("debug: log records dropped: queue full");
    }
  }

  @Test
  void outageIsSaidOnceInFullAndItsEndOnce() throws Exception {
    Receiver first = Receiver.start();
    int otlpPort = first.otlpPort();
    int forwardPort = first.forwardPort();
    try (Jvm web =
        Jvm.of(Web.class, "logback", "slf4j-api")
            .sendingTo(first)
            .option("-Dotel.bsp.schedule.delay=100")
            .option("-Dotel.metric.export.interval=300")
            .spillingTo(directory.resolve("spill"))
            .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/before");
      web.awaitUnlessEnded(() -> !first.spans.isEmpty() && !first.metrics.isEmpty());
      first.close();
      get(base + "/during");
      web.awaitUnlessEnded(() -> lines(web, " does not take ") > 0);
      Path spill = directory.resolve("spill");
      // several streams and several payloads of one are refused meanwhile
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions() // files are renamed and removed while they are looked at
          .until(() -> spilled(spill).size() >= 5);
      try (Receiver back = Receiver.start(otlpPort, forwardPort)) {
        web.awaitUnlessEnded(() -> lines(web, "the collector is back after ") > 0);
        web.awaitUnlessEnded(() -> !back.spans.isEmpty() && !back.logs().isEmpty());
        assertThat(lines(web, " does not take ")).as(web.output()).isOne();
        assertThat(lines(web, "the collector is back after ")).as(web.output()).isOne();
        assertThat(web.output())
            .containsPattern(
                "\\[vigia\\] the collector http://127.0.0.1:"
                    + otlpPort
                    + " does not take \\w+: \\S.*\\. Data is kept and handed over")
            .containsPattern("payloads kept meanwhile: [1-9]\\d*, dropped: 0");
        assertThat(back.logs()).extracting(log -> log.get("message")).contains("asked for /during");
        get(base + "/quit");
        assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      }
    } finally {
      first.close();
    }
  }

  private static long lines(Jvm jvm, String with) {
    return jvm.output().lines().filter(line -> line.contains(with)).count();
  }

  private static void get(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(4)).build();
    assertThat(CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(204);
  }

  @Test
  void noDirectoryThatCanBeWrittenAndTheSameAgentTwiceAreNoReasonToFail() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm job =
            service()
                .option("-Djava.io.tmpdir=/nonexistent")
                .option("-javaagent:" + Jvm.AGENT)
                .sendingTo(receiver)
                .spillingTo(Path.of("/proc/nothing"))
                .start()) {
      assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
      assertThat(job.output()).contains("given twice");
      assertThat(receiver.spans).hasSize(2);
      assertThat(receiver.logs()).hasSize(3);
    }
  }

  /** As Gradle's {@code systemProperties System.properties} does. */
  @Test
  void childThatIsGivenTheProcessesPropertiesIsSeenToo() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm parent = Jvm.of(Parent.class).sendingTo(receiver).start()) {
      assertThat(parent.exitCode(Duration.ofSeconds(120))).as(parent.output()).isZero();
      assertThat(parent.output()).doesNotContain("given twice");
      assertThat(receiver.spans).as(parent.output()).hasSize(2);
    }
  }

  @Test
  void besideAnUpstreamAgentOursStaysOut() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm job =
            service()
                .option("-Dotel.traces.exporter=none")
                .option("-Dotel.metrics.exporter=none")
                .option("-Dotel.logs.exporter=none")
                .option("-javaagent:" + Jvm.upstreamAgent())
                .sendingTo(receiver)
                .start()) {
      assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
      assertThat(job.output()).contains("another OpenTelemetry agent").contains("answered 204");
    }
  }

  private static Jvm.Builder service() {
    return Jvm.of(OrderService.class, LIBRARIES);
  }

  private static Jvm.Builder away(Way way) {
    return service()
        .by(way)
        .environment("VIGIA_COLLECTOR", "127.0.0.1:1")
        .environment("VIGIA_FORWARD", "127.0.0.1:1");
  }

  private static boolean isLogs(String file) {
    return file.startsWith("forward-") || file.startsWith("logs-");
  }

  /** All that they had to say: what is in memory when a process is killed is lost. */
  private static long processesThatSpilled(Path spill) throws IOException {
    long processes = 0;
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(spill)) {
      for (Path process : directories) {
        String spans = textOf(process, file -> file.startsWith("traces-"));
        String logs = textOf(process, CollectorAwayIT::isLogs);
        boolean all =
            spans.contains("url.full") // the client's
                && spans.contains("url.path") // the server's
                && logs.contains("no stock"); // the last one
        processes += all ? 1 : 0;
      }
    }
    return processes;
  }

  /** The bytes of these files, one character each. */
  private static String textOf(Path process, Predicate<String> names) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String name : spilled(process)) {
      if (names.test(name)) {
        text.append(Files.readString(process.resolve(name), StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  /** From the line that the program prints last to the end of the process. */
  private static long exitMillis(Jvm job) throws IOException {
    String end =
        job.output()
            .lines()
            .filter(line -> line.startsWith("ending at "))
            .findFirst()
            .orElseThrow();
    return job.endEpochMillis() - Long.parseLong(end.substring("ending at ".length()));
  }

  private static List<String> applicationLines(Jvm job) {
    return job.output()
        .lines()
        .filter(line -> line.contains("answered") || line.contains("OrderService -"))
        .map(line -> line.replaceAll("^[0-9:.]+ ", ""))
        .toList();
  }

  private static List<String> spilled(Path spill) throws IOException {
    if (!Files.isDirectory(spill)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(spill)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(file -> !file.equals("lock"))
          .toList();
    }
  }
}
