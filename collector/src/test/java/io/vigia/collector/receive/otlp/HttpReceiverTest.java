package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.RandomOtlp;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.Packing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The receiver against the JDK's client and bare sockets. */
class HttpReceiverTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final byte[] LOGS = Requests.logs(2).toByteArray();

  private final FakeIntake intake = new FakeIntake();
  private final OtlpReceiver receiver =
      OtlpReceiver.builder()
          .http(new InetSocketAddress("127.0.0.1", 0))
          .intake(intake)
          .metrics(intake.metrics)
          .build();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws IOException {
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private HttpResponse<byte[]> post(String path, String type, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + receiver.httpAddress().getPort() + path))
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void protobufArrivesByteForByte() throws Exception {
    for (Signal signal : Signal.values()) {
      byte[] body = new RandomOtlp(3).request(signal).toByteArray();
      HttpResponse<byte[]> response = post("/v1/" + signal.id(), PROTOBUF, body);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).hasValue(PROTOBUF);
      assertThat(ExportLogsServiceResponse.parseFrom(response.body()).hasPartialSuccess())
          .isFalse();
      FakeIntake.Taken taken = intake.taken.get(intake.taken.size() - 1);
      assertThat(taken.payload()).isEqualTo(body);
      assertThat(taken.signal()).isEqualTo(signal);
      assertThat(taken.envelope().receiver()).isEqualTo("otlp/http");
    }
    assertThat(intake.taken).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsCompressedIsUndone(Packing packing) throws Exception {
    String encoding = packing.getMessageEncoding();
    byte[] packed = packing.of(LOGS);
    assertThat(post("/v1/logs", PROTOBUF, packed, "content-encoding", encoding).statusCode())
        .isEqualTo(200);
    assertThat(intake.taken.get(0).payload()).isEqualTo(LOGS);
    byte[] json = JsonFormat.printer().print(Requests.logs(2)).getBytes(StandardCharsets.UTF_8);
    byte[] packedJson = packing.of(json);
    assertThat(
            post("/v1/logs", "application/json", packedJson, "content-encoding", encoding)
                .statusCode())
        .isEqualTo(200);
    assertThat(ExportLogsServiceRequest.parseFrom(intake.taken.get(1).payload()))
        .isEqualTo(Requests.logs(2));
  }

  @Test
  void jsonIsAnsweredInJson() throws Exception {
    byte[] json = JsonFormat.printer().print(Requests.logs(2)).getBytes(StandardCharsets.UTF_8);
    HttpResponse<byte[]> response = post("/v1/logs", "application/json; charset=utf-8", json);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(text(response)).isEqualTo("{}");
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(ExportLogsServiceRequest.parseFrom(intake.taken.get(0).payload()))
        .isEqualTo(Requests.logs(2));
    response =
        post(
            "/v1/logs",
            "application/json",
            "{\"resourceLogs\":7}".getBytes(StandardCharsets.US_ASCII));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(text(response)).contains("\"code\":3", "resourceLogs must be an array");
  }

  @Test
  void refusalsAreClear() throws Exception {
    HttpResponse<byte[]> malformed = post("/v1/traces", PROTOBUF, new byte[] {0x0a, 0x7f});
    assertThat(malformed.statusCode()).isEqualTo(400);
    assertThat(malformed.body())
        .isEqualTo(Requests.status(3, "a field claims more bytes than there are"));
    assertThat(post("/v1/traces", "text/plain", LOGS).statusCode()).isEqualTo(415);
    HttpResponse<byte[]> brotli = post("/v1/logs", PROTOBUF, LOGS, "content-encoding", "br");
    assertThat(brotli.statusCode()).isEqualTo(415);
    assertThat(brotli.headers().firstValue("accept-encoding"))
        .hasValue("gzip,zstd,snappy,deflate,identity");
    assertThat(post("/v2/logs", PROTOBUF, LOGS).statusCode()).isEqualTo(404);
    assertThat(post("/v1/logs", PROTOBUF, new byte[(4 << 20) + 1]).statusCode()).isEqualTo(413);
    HttpResponse<String> get =
        client.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + receiver.httpAddress().getPort() + "/v1/logs"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
    for (Packing packing : Packing.values()) {
      String encoding = packing.getMessageEncoding();
      byte[] bomb = packing.of(new byte[64 << 20]);
      assertThat(post("/v1/logs", PROTOBUF, bomb, "content-encoding", encoding).statusCode())
          .as("a bomb, " + packing)
          .isIn(400, 413);
      assertThat(post("/v1/logs", PROTOBUF, LOGS, "content-encoding", encoding).statusCode())
          .as("not " + packing)
          .isEqualTo(400);
    }
    assertThat(intake.taken).isEmpty();
    assertThat(post("/v1/logs", PROTOBUF, LOGS).statusCode()).isEqualTo(200);
  }

  @Test
  void overloadIs503WithRetryAfter() throws Exception {
    intake.failWith(new IntakeException.Overloaded("quota", "disk quota reached", 2500));
    HttpResponse<byte[]> response = post("/v1/logs", PROTOBUF, LOGS);
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).hasValue("3");
    assertThat(response.body())
        .isEqualTo(Requests.retryStatus(8, "disk quota reached", 2, 500_000_000));
  }

  @Test
  void pipelinedAndChunkedRequestsAreAnsweredInOrder() throws Exception {
    String chunked =
        "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    String second =
        "POST /v1/none HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Content-Length: 0\r\n\r\n";
    String last =
        "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    String answers = exchange((chunked + second + last).getBytes(StandardCharsets.US_ASCII));
    assertThat(
            Pattern.compile("HTTP/1.1 (\\d+) ")
                .matcher(answers)
                .results()
                .map(match -> match.group(1)))
        .containsExactly("200", "404", "100", "200");
  }

  @Test
  void claimedGibibyteIsRefusedBeforeTheBody() throws Exception {
    String answers =
        exchange(
            ("POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: 1073741824\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    assertThat(answers).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void whatIsNoHttpIsAnsweredAndClosed() throws Exception {
    assertThat(exchange("\u0000\u0001\u0002\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .startsWith("HTTP/1.1 400 ");
    assertThat(intake.counted("malformed:otlp/http:http")).isEqualTo(1);
  }

  private String exchange(byte[] bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", receiver.httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
