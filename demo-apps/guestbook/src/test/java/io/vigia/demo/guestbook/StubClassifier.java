package io.vigia.demo.guestbook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A classifier that answers what a test tells it to, or nothing. */
final class StubClassifier implements AutoCloseable {
  static final String DOG = "The input picture is classified as [dog], with probability 0.97\n";

  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int status = 200;
  private volatile String answer = DOG;
  private volatile boolean hangs;
  private volatile String received = "";

  StubClassifier() throws IOException {
    server.setExecutor(threads);
    server.createContext("/predict", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/predict");
  }

  void answers(int newStatus, String text) {
    status = newStatus;
    answer = text;
    hangs = false;
  }

  /** Sends the headers and then no body, which is worse than to be silent. */
  void hangs() {
    hangs = true;
  }

  /** The last request body, one char per byte. */
  String received() {
    return received;
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    received = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    if (hangs) {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
