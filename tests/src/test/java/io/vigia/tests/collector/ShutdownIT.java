package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageInsufficientBufferException;

/** SIGTERM while clients of every protocol are sending. */
class ShutdownIT {
  private static final int ROUNDS = 3;
  private static final int CLIENTS = 4;

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> unexpected = new ConcurrentLinkedQueue<>();
  private FakeElasticsearch sink;
  private CollectorProcess collector;

  /** Sends one message; throws when it was not acknowledged. */
  private interface Client {
    void send(String message) throws IOException;
  }

  @BeforeEach
  void startSinkAndCollector() throws IOException {
    sink = new FakeElasticsearch();
    collector =
        CollectorProcess.builder()
            .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
            .build();
  }

  @AfterEach
  void stop() {
    collector.close();
    sink.close();
  }

  @Test
  void whatWasStoredIsAnsweredBeforeTheProcessEnds() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      collector.start();
      ExecutorService senders = Executors.newCachedThreadPool();
      List<AutoCloseable> clients = new ArrayList<>();
      int before = acknowledged.size();
      for (int i = 0; i < CLIENTS; i++) {
        String prefix = round + "/" + i + "/";
        OtlpClient grpc = new OtlpClient(collector.otlpGrpcPort(), 20_000);
        ForwardClient forward = new ForwardClient(collector.forwardPort(), 20_000);
        clients.add(grpc);
        clients.add(forward);
        senders.execute(() -> run(prefix + "grpc/", m -> grpc.send(Otlp.logs("s", List.of(m)))));
        senders.execute(
            () ->
                run(prefix + "forward/", m -> forward.send("s", m, List.of(Map.of("message", m)))));
        senders.execute(() -> run(prefix + "http/", this::postJson));
      }
      int target = before + 300;
      await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > target);
      assertThat(collector.terminate(Duration.ofSeconds(20))).isZero();
      senders.shutdown();
      assertThat(senders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      for (AutoCloseable client : clients) {
        client.close();
      }
    }
    assertThat(unexpected).isEmpty();
    collector.start();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(sink.messages()).containsAll(acknowledged));
    assertThat(Set.copyOf(sink.messages())).isEqualTo(acknowledged);
    assertThat(sink.messages()).hasSameSizeAs(acknowledged);
  }

  /** Its grace is 6 s; the rest is for machines that are busy. */
  @Test
  void neitherASilentDestinationNorStalledSendersHoldUpTheEnd() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    List<Closeable> open = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 50, here);
        CollectorProcess stuck =
            CollectorProcess.builder()
                .destination(
                    "elasticsearch: {url: \"http://127.0.0.1:" + silent.getLocalPort() + "\"}")
                .build()
                .start()) {
      int http = URI.create(stuck.otlpHttpUrl()).getPort();
      try (OtlpClient client = new OtlpClient(stuck.otlpGrpcPort(), 20_000)) {
        client.send(Otlp.logs("s", List.of("kept")));
      }
      open.add(silent.accept()); // asked for its version, and never answers
      for (int i = 0; i < 20; i++) {
        open.add(begun(http, "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"));
        open.add(begun(stuck.forwardPort(), "\u0092\u00a1a\u00c6"));
        open.add(begun(stuck.otlpGrpcPort(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        open.add(begun(http, ""));
      }
      assertThat(stuck.terminate(Duration.ofSeconds(20))).isZero();
    } finally {
      for (Closeable each : open) {
        each.close();
      }
    }
  }

  private static Socket begun(int port, String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** Until the first message that is not acknowledged. */
  private void run(String prefix, Client client) {
    for (int i = 0; ; i++) {
      String message = prefix + i;
      try {
        client.send(message);
      } catch (IOException
          | UncheckedIOException
          | StatusRuntimeException
          | MessageInsufficientBufferException e) { // the end of a forward connection
        return; // it stops: this one must not be in the log
      } catch (RuntimeException e) {
        unexpected.add(message + ": " + e);
        return;
      }
      acknowledged.add(message);
    }
  }

  private void postJson(String message) throws IOException {
    int status =
        Http.postJson(
                collector.otlpHttpUrl() + "/v1/logs",
                """
                {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"%s"}}]}]}]}
                """
                    .formatted(message))
            .statusCode();
    if (status != 200) {
      throw new IOException("status " + status);
    }
  }
}
