package io.vigia.tests.oracle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of a real Elasticsearch and spoils its answers to {@code _bulk}. Thread-safe.
 *
 * <p>Source of the formats: Elasticsearch reference, "Bulk API".
 */
final class FaultProxy implements AutoCloseable {
  /** What happens to a bulk request. */
  enum Fault {
    NONE,
    /** 429, nothing reaches the server. */
    TOO_MANY_REQUESTS,
    /** 503, nothing reaches the server. */
    UNAVAILABLE,
    /** Some documents are answered 429 or 503 and do not reach the server, the others do. */
    PARTIAL,
    /** The connection ends without an answer, nothing reaches the server. */
    CUT_BEFORE,
    /** The server has it all, the connection ends without an answer. */
    CUT_AFTER
  }

  /** Bulk requests whose connection ended, kept to arrive late, as a proxy can. */
  private final Queue<HttpRequest> held = new ConcurrentLinkedQueue<>();

  private final AtomicLong heldEver = new AtomicLong();
  private volatile boolean holding;

  private final String target;
  private final Random random;
  private final int port = Ports.free();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Fault, AtomicLong> counts = new ConcurrentHashMap<>();
  private final boolean tls;
  private final HttpServer server;
  private volatile Fault fault = Fault.NONE;
  private volatile String authorization = "";

  FaultProxy(String target, long seed) throws IOException {
    this(target, seed, null);
  }

  /**
   * @param tls ends here; null for none
   */
  FaultProxy(String target, long seed, @Nullable SSLContext tls) throws IOException {
    this.target = target;
    this.random = new Random(seed);
    this.tls = tls != null;
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
    if (tls == null) {
      server = HttpServer.create(address, 256);
    } else {
      HttpsServer https = HttpsServer.create(address, 256);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = https;
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return (tls ? "https" : "http") + "://127.0.0.1:" + port;
  }

  /** What the last bulk request said of who it is from; empty when nothing. */
  String authorization() {
    return authorization;
  }

  /** From now on. */
  void set(Fault fault) {
    this.fault = fault;
  }

  /** How many bulk requests met what. */
  Map<Fault, AtomicLong> counts() {
    return counts;
  }

  /** How many bulk requests met this. */
  long count(Fault one) {
    AtomicLong count = counts.get(one);
    return count == null ? 0 : count.get();
  }

  long bulkRequests() {
    return heldEver.get() + counts.values().stream().mapToLong(AtomicLong::get).sum();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    // closing an exchange that has no answer yet ends its connection
    try (exchange) {
      byte[] body = body(exchange);
      boolean bulk = exchange.getRequestURI().getPath().endsWith("_bulk");
      Fault now = bulk ? fault : Fault.NONE;
      if (bulk && holding) {
        held.add(request(exchange, body));
        heldEver.incrementAndGet();
        return;
      }
      if (bulk) {
        String who = exchange.getRequestHeaders().getFirst("Authorization");
        authorization = who == null ? "" : who;
        counts.computeIfAbsent(now, each -> new AtomicLong()).incrementAndGet();
      }
      switch (now) {
        case TOO_MANY_REQUESTS -> answer(exchange, 429, "{\"error\":\"injected\"}");
        case UNAVAILABLE -> answer(exchange, 503, "{\"error\":\"injected\"}");
        case CUT_BEFORE -> {}
        case CUT_AFTER -> forward(exchange, body);
        case PARTIAL -> partial(exchange, body);
        case NONE -> {
          HttpResponse<String> response = forward(exchange, body);
          answer(exchange, response.statusCode(), response.body());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void partial(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    String[] lines = new String(body, StandardCharsets.UTF_8).split("\n", -1);
    int documents = lines.length / 2;
    int[] refused = new int[documents];
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    for (int i = 0; i < documents; i++) {
      refused[i] = chance();
      if (refused[i] == 0) {
        passed.writeBytes(
            (lines[2 * i] + "\n" + lines[2 * i + 1] + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    ArrayNode real = Http.JSON.createArrayNode();
    if (passed.size() > 0) {
      HttpResponse<String> response = forward(exchange, passed.toByteArray());
      if (response.statusCode() != 200) {
        answer(exchange, response.statusCode(), response.body());
        return;
      }
      real = (ArrayNode) Http.JSON.readTree(response.body()).path("items");
    }
    ObjectNode merged = Http.JSON.createObjectNode().put("took", 1).put("errors", true);
    ArrayNode items = merged.putArray("items");
    int next = 0;
    for (int status : refused) {
      if (status == 0) {
        items.add(real.get(next++));
      } else {
        items
            .addObject()
            .putObject("create")
            .put("status", status)
            .putObject("error")
            .put("type", "es_rejected_execution_exception")
            .put("reason", "injected");
      }
    }
    answer(exchange, 200, merged.toString());
  }

  private synchronized int chance() {
    return switch (random.nextInt(6)) {
      case 0 -> 429;
      case 1 -> 503;
      default -> 0;
    };
  }

  /** From now on bulk requests lose their connection and are kept here, or no longer. */
  void hold(boolean on) {
    holding = on;
  }

  /** How many are kept. */
  int held() {
    return held.size();
  }

  /** Delivers what was kept, at last; returns the answers, which nobody waits for any more. */
  List<String> deliverHeld() throws IOException, InterruptedException {
    List<String> answers = new ArrayList<>();
    for (HttpRequest late = held.poll(); late != null; late = held.poll()) {
      answers.add(client.send(late, HttpResponse.BodyHandlers.ofString()).body());
    }
    return answers;
  }

  private HttpRequest request(HttpExchange exchange, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
            .timeout(Duration.ofSeconds(60))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    // X-Opaque-Id names the task inside Elasticsearch: without it nobody can see what still works
    for (String header : new String[] {"Content-Type", "Accept", "X-Opaque-Id"}) {
      String value = exchange.getRequestHeaders().getFirst(header);
      if (value != null) {
        request.header(header, value);
      }
    }
    return request.build();
  }

  private HttpResponse<String> forward(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request(exchange, body), HttpResponse.BodyHandlers.ofString());
    for (String header : new String[] {"Content-Type", "X-Elastic-Product"}) {
      response
          .headers()
          .firstValue(header)
          .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
    }
    return response;
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      in = new GZIPInputStream(in);
    }
    return in.readAllBytes();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (exchange.getResponseHeaders().getFirst("Content-Type") == null) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
    }
    boolean bodiless = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, bodiless ? -1 : bytes.length);
    if (!bodiless) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
