package io.vigia.tests.backends;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/**
 * As much of Elasticsearch as a collector needs, in memory, for tests on machines without the real
 * one: says yes to templates, and keeps what {@code _bulk} creates, refusing an id it has with 409.
 * Thread-safe.
 */
public final class FakeElasticsearch implements AutoCloseable {
  private final int port = Ports.free();
  private final ExecutorService threads = Executors.newCachedThreadPool(FakeElasticsearch::daemon);
  private final Map<String, String> messagesById = new ConcurrentHashMap<>();
  private final Map<String, String> documentsById = new ConcurrentHashMap<>();
  private final AtomicLong duplicates = new AtomicLong();
  private final AtomicInteger failWith = new AtomicInteger();
  private final HttpServer server;
  private volatile Predicate<String> refused = message -> false;

  public FakeElasticsearch() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 256);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Answer every bulk request with this status, or 0 to work again. */
  public void failWith(int status) {
    failWith.set(status);
  }

  /** Answer documents with such a message that they do not fit the mapping. */
  public void refuse(Predicate<String> messages) {
    refused = messages;
  }

  /** The field {@code message} of every document. */
  public List<String> messages() {
    return List.copyOf(messagesById.values());
  }

  /** All of every document, as it came. */
  public List<JsonNode> documents() {
    List<JsonNode> documents = new ArrayList<>();
    for (String document : documentsById.values()) {
      try {
        documents.add(Http.JSON.readTree(document));
      } catch (IOException e) {
        throw new UncheckedIOException(document, e);
      }
    }
    return documents;
  }

  /** How many items were sent although they were here already. */
  public long duplicates() {
    return duplicates.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = body(exchange);
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      String path = exchange.getRequestURI().getPath();
      if (path.endsWith("_bulk")) {
        if (failWith.get() != 0) {
          send(exchange, failWith.get(), "{\"error\":\"told to\"}");
        } else {
          send(exchange, 200, bulk(new String(body, StandardCharsets.UTF_8)));
        }
      } else if (path.equals("/")) {
        send(
            exchange,
            200,
            "{\"version\":{\"number\":\"8.19.0\",\"build_flavor\":\"default\"},\"tagline\":\"You"
                + " Know, for Search\"}");
      } else {
        send(exchange, 200, "{\"acknowledged\":true,\"status\":\"green\"}");
      }
    }
  }

  private String bulk(String body) throws IOException {
    List<String> items = new ArrayList<>();
    boolean errors = false;
    String[] lines = body.split("\n", -1);
    for (int i = 0; i + 1 < lines.length; i += 2) {
      JsonNode create = Http.JSON.readTree(lines[i]).path("create");
      String id = create.path("_id").asText();
      String message = Http.JSON.readTree(lines[i + 1]).path("message").asText();
      if (refused.test(message)) {
        errors = true;
        items.add(
            "{\"create\":{\"_id\":\""
                + id
                + "\",\"status\":400,\"error\":{\"type\":\"document_parsing_exception\","
                + "\"reason\":\"told to refuse it\"}}}");
        continue;
      }
      boolean fresh = messagesById.putIfAbsent(id, message) == null;
      if (fresh) {
        documentsById.put(id, lines[i + 1]);
        items.add("{\"create\":{\"_id\":\"" + id + "\",\"status\":201}}");
      } else {
        errors = true;
        duplicates.incrementAndGet();
        items.add(
            "{\"create\":{\"_id\":\""
                + id
                + "\",\"status\":409,\"error\":{\"type\":\"version_conflict_engine_exception\","
                + "\"reason\":\"document already exists\"}}}");
      }
    }
    return "{\"took\":1,\"errors\":" + errors + ",\"items\":[" + String.join(",", items) + "]}";
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    InputStream in = exchange.getRequestBody();
    if (gzip) {
      in = new GZIPInputStream(in);
    }
    return in.readAllBytes();
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
    if (!head) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-elasticsearch");
    thread.setDaemon(true);
    return thread;
  }
}
