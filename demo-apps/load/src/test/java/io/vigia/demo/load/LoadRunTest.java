package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadRunTest {
  private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Tally tally = new Tally();
  private HttpServer server;
  private volatile boolean waits;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
    timer.shutdownNow();
  }

  @Test
  void countsAreThoseOfTheServer(@TempDir Path directory) throws Exception {
    LoadRun run = run(300, 32);
    run.run(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(10));

    Summary summary = new Summary(1, 0, 1, run.unsent(), run.inFlight(), tally.snapshot());
    Path file = directory.resolve("summary.json");
    summary.write(file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());

    assertThat(summary.sent()).isGreaterThan(100).isEqualTo(receivedInAll());
    assertThat(json.at("/sent").asLong()).isEqualTo(receivedInAll());
    assertThat(json.at("/latencyMicros/count").asLong()).isEqualTo(receivedInAll());
    assertThat(json.at("/unsent").asLong() + json.at("/unanswered").asLong()).isZero();
    assertThat(json.at("/kinds/page/answers/200").asInt()).isEqualTo(received("GET /"));
    assertThat(json.at("/kinds/list/sent").asInt()).isEqualTo(received("GET /lrange/guestbook"));
    assertThat(json.at("/unexpected").asLong()).isEqualTo(summary.unexpected()).isPositive();
  }

  @Test
  void stalledServerShowsInTheLatencyOfThoseWhoCouldNotEvenStart() throws Exception {
    waits = true;
    LoadRun run = run(80, 1);
    var unused = timer.schedule(gate::countDown, 500, TimeUnit.MILLISECONDS);

    run.run(TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.SECONDS.toNanos(10));

    // one waited in the server; the others only in the client, up to half a second as well
    Summary summary = new Summary(1, 0, 1, run.unsent(), run.inFlight(), tally.snapshot());
    long late =
        summary.kinds().values().stream()
            .mapToLong(kind -> kind.latencyMicros().getCountBetweenValues(100_000, 600_000_000))
            .sum();
    assertThat(late).isGreaterThan(summary.sent() / 2).isGreaterThan(10);
  }

  @Test
  void absentServerIsCountedByCause() throws Exception {
    server.stop(0);
    LoadRun run = run(100, 8);

    run.run(TimeUnit.MILLISECONDS.toNanos(200), TimeUnit.SECONDS.toNanos(10));

    Summary summary = new Summary(1, 0, 1, run.unsent(), run.inFlight(), tally.snapshot());
    assertThat(summary.answered()).isZero();
    assertThat(summary.unexpected()).isPositive().isEqualTo(summary.sent());
    assertThat(tally.snapshot().values())
        .allSatisfy(kind -> assertThat(kind.answered()).containsOnlyKeys("refused"));
  }

  @Test
  void slowSenderTakesItsTimeAndArrivesWhole() throws Exception {
    var request =
        new Requests(url(), null, Pictures.drawn(), Duration.ofSeconds(10), timer)
            .of(Kind.SLOW, new Random(1));
    long start = System.nanoTime();

    var response =
        HttpClient.newHttpClient()
            .send(request, java.net.http.HttpResponse.BodyHandlers.ofString());

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
    assertThat(response.body()).contains("name=\"text\"", ", slowly\r\n").endsWith("--\r\n");
  }

  private LoadRun run(double rate, int maxInFlight) {
    Random random = new Random(1);
    HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
    return new LoadRun(
        http,
        new Arrivals(rate, 0, random),
        new Mix(0.1, 0, false),
        new Requests(url(), null, Pictures.drawn(), Duration.ofSeconds(10), timer),
        random,
        tally,
        maxInFlight);
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private int received(String request) {
    AtomicInteger count = received.get(request);
    return count == null ? 0 : count.get();
  }

  private long receivedInAll() {
    return received.values().stream().mapToLong(AtomicInteger::get).sum();
  }

  /** Echoes the body with status 200. */
  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    received.computeIfAbsent(request, ignored -> new AtomicInteger()).incrementAndGet();
    if (waits) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
