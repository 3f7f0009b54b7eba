package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JsonEndpointsTest {
  private static final int CONNECTIONS = 32; // more than there are event loops

  private final BlockingQueue<CompletableFuture<JsonEndpoint.Answer>> open =
      new LinkedBlockingQueue<>();
  private final OtlpReceiver receiver =
      OtlpReceiver.builder()
          .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .intake(batch -> CompletableFuture.completedFuture(null))
          .endpoints(List.of(new Slow(), new Quick()))
          .build();

  /** Is answered by the test. */
  private final class Slow implements JsonEndpoint {
    @Override
    public String path() {
      return "/slow";
    }

    @Override
    public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
      CompletableFuture<Answer> answer = new CompletableFuture<>();
      open.add(answer);
      return answer;
    }
  }

  private static final class Quick implements JsonEndpoint {
    @Override
    public String path() {
      return "/quick";
    }

    @Override
    public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
      return CompletableFuture.completedFuture(
          ok("{\"a\":\"" + JsonEndpoint.one(parameters, "a") + "\"}"));
    }
  }

  private static JsonEndpoint.Answer ok(String json) {
    return new JsonEndpoint.Answer(HttpResponseStatus.OK, json);
  }

  private CompletableFuture<JsonEndpoint.Answer> asked() throws InterruptedException {
    CompletableFuture<JsonEndpoint.Answer> answer = open.poll(60, TimeUnit.SECONDS);
    assertThat(answer).as("the endpoint was asked").isNotNull();
    return answer;
  }

  @BeforeEach
  void start() throws IOException {
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void anAnswerThatTakesLongHoldsUpNobodyElse() throws Exception {
    try (Client slow = new Client()) {
      slow.get("/slow");
      CompletableFuture<JsonEndpoint.Answer> answer = asked();
      for (int i = 0; i < CONNECTIONS; i++) {
        try (Client quick = new Client()) {
          quick.get("/quick?a=" + i);
          assertThat(quick.answer()).startsWith("200").endsWith("{\"a\":\"" + i + "\"}");
        }
      }
      answer.complete(ok("{\"late\":true}"));
      assertThat(slow.answer()).startsWith("200").endsWith("{\"late\":true}");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
    try (Client client = new Client()) {
      client.get("/slow");
      client.get("/quick?a=second");
      client.get("/slow?b=more");
      client.send(
          "POST /v1/traces HTTP/1.1\r\nHost: a\r\n"
              + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
      asked().complete(ok("{\"first\":1}"));
      assertThat(client.answer()).endsWith("{\"first\":1}");
      assertThat(client.answer()).endsWith("{\"a\":\"second\"}");
      asked().complete(ok("{\"third\":3}"));
      assertThat(client.answer()).endsWith("{\"third\":3}");
      assertThat(client.answer()).as("of OTLP").isEqualTo("200 {}");
    }
  }

  @Test
  void aReceiverThatStopsAnswersFirst() throws Exception {
    try (Client client = new Client()) {
      client.get("/slow");
      CompletableFuture<JsonEndpoint.Answer> answer = asked();
      receiver.drain();
      answer.complete(ok("{\"last\":true}"));
      assertThat(client.answer()).endsWith("{\"last\":true}");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void anEndpointThatFailsCostsItsConnectionOnly() throws Exception {
    try (Client client = new Client()) {
      client.get("/slow");
      asked().completeExceptionally(new IllegalStateException("test"));
      assertThat(client.isClosed()).isTrue();
    }
    try (Client client = new Client()) {
      client.get("/quick?a=still");
      assertThat(client.answer()).endsWith("{\"a\":\"still\"}");
    }
  }

  /** Reads and writes what it is told, so that requests can be pipelined. */
  private final class Client implements AutoCloseable {
    private final Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), receiver.httpAddress().getPort());
    private final BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));

    Client() throws IOException {
      socket.setSoTimeout(60_000);
    }

    void get(String target) throws IOException {
      send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Status and body. */
    String answer() throws IOException {
      String status = in.readLine().split(" ", -1)[1];
      int length = 0;
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(line.substring(15).strip());
        }
      }
      StringBuilder body = new StringBuilder();
      while (body.length() < length) {
        body.append((char) in.read());
      }
      return status + " " + body;
    }

    boolean isClosed() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
