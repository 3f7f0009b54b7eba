package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real process against hostile input, signals and kills. */
class CollectorProcessIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final byte[] NO_OTLP = {(byte) 0x0a, (byte) 0xff, (byte) 0xff, 0x7f, 1, 2, 3};

  private FakeElasticsearch sink;
  private CollectorProcess collector;

  @BeforeEach
  void startSinkAndCollector() throws IOException {
    sink = new FakeElasticsearch();
    collector =
        CollectorProcess.builder()
            .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    collector.close();
    sink.close();
  }

  @Test
  void malformedOtlpIsAClearClientErrorAndTheProcessLivesOn() throws IOException {
    HttpResponse<String> http =
        Http.post(
            collector.otlpHttpUrl() + "/v1/logs",
            NO_OTLP,
            "Content-Type",
            "application/x-protobuf");
    assertThat(http.statusCode()).isEqualTo(400);
    HttpResponse<String> json =
        Http.postJson(collector.otlpHttpUrl() + "/v1/logs", "{\"resourceLogs\": 7");
    assertThat(json.statusCode()).isEqualTo(400);
    assertThat(json.body()).as("says what is wrong").isNotBlank();
    assertTakesLogs("after malformed OTLP");
  }

  @Test
  void malformedOtlpOverGrpcIsInvalidArgument() throws IOException {
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      assertThatThrownBy(() -> client.sendRawLogs(NO_OTLP))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              failure ->
                  assertThat(failure.getStatus().getCode())
                      .isEqualTo(Status.Code.INVALID_ARGUMENT));
    }
    assertTakesLogs("after malformed gRPC");
  }

  @Test
  void malformedMsgpackClosesThatConnectionOnly() throws IOException {
    try (ForwardClient good = new ForwardClient(collector.forwardPort(), 10_000);
        ForwardClient bad = new ForwardClient(collector.forwardPort(), 10_000)) {
      good.send("app", "one", List.of(Map.of("message", "before")));
      bad.sendRaw(new byte[] {(byte) 0x93, (byte) 0xc1, (byte) 0xc1, (byte) 0xc1});
      assertThat(bad.closedByPeer()).isTrue();
      good.send("app", "two", List.of(Map.of("message", "after")));
    }
    awaitMessages("before", "after");
  }

  @Test
  void claimedGibibyteIsRefusedWithoutWaitingForIt() throws IOException {
    try (ForwardClient forward = new ForwardClient(collector.forwardPort(), 20_000)) {
      // ["app", bin32 of 1 GiB …
      forward.sendRaw(
          new byte[] {(byte) 0x92, (byte) 0xa3, 'a', 'p', 'p', (byte) 0xc6, 0x40, 0, 0, 0, 1, 2});
      assertThat(forward.closedByPeer()).as("forward").isTrue();
    }
    assertThat(claimOverHttp()).as("HTTP").startsWith("HTTP/1.1 413");
    assertThat(collector.process().isAlive()).isTrue();
    assertTakesLogs("after claims");
  }

  @Test
  void acknowledgedLogsSurviveKillAndArriveOnce() throws IOException {
    sink.failWith(503);
    List<String> sent = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
        for (int i = 0; i < 20; i++) {
          List<String> messages = List.of(round + "/" + i + "/a", round + "/" + i + "/b");
          client.send(Otlp.logs("kill", messages));
          sent.addAll(messages);
        }
      }
      collector.kill();
      if (round == 1) {
        sink.failWith(0);
      }
      collector.start();
    }
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(sent));
  }

  @Test
  void terminatedCollectorExitsWithZeroAndKeepsWhatIsUndelivered() throws IOException {
    sink.failWith(503);
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      client.send(Otlp.logs("term", List.of("undelivered")));
    }
    assertThat(collector.terminate(Duration.ofSeconds(20))).isZero();
    sink.failWith(0);
    collector.start();
    awaitMessages("undelivered");
  }

  private void assertTakesLogs(String message) throws IOException {
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      client.send(Otlp.logs("probe", List.of(message)));
    }
    awaitMessages(message);
  }

  private void awaitMessages(String... messages) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(sink.messages()).contains(messages));
  }

  /** The status line for a POST that claims a body of 1 GiB. */
  private String claimOverHttp() throws IOException {
    URI url = URI.create(collector.otlpHttpUrl());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeBytes(
          "POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
              + "Content-Length: 1073741824\r\n\r\nabc");
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
    }
  }
}
