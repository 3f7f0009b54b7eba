package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
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
