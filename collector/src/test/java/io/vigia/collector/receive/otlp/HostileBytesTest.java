package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.IntakeBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Connections that speak almost HTTP/1.1, almost HTTP/2, or nothing at all. */
class HostileBytesTest {
  private static final int CONNECTIONS = 300;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String HEAD =
      "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n";

  private final FakeIntake intake = new FakeIntake();
  private final IntakeBudget budget = new IntakeBudget(1 << 20);

  @Test
  void garbageHarmsNobodyElseAndLeavesNothingBehind() throws Exception {
    OtlpReceiver receiver =
        OtlpReceiver.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .intake(intake)
            .metrics(intake.metrics)
            .budget(budget)
            .stallTimeoutMillis(500)
            .build();
    receiver.start();
    try {
      Random random = new Random(42);
      for (int i = 0; i < CONNECTIONS; i++) {
        try (Socket socket = connect(receiver)) {
          socket.setSoTimeout(2);
          socket.getOutputStream().write(garbage(random));
          while (socket.getInputStream().read() >= 0) {
            // whatever it says
          }
        } catch (SocketException | SocketTimeoutException end) {
          // closed, or waiting for more
        }
      }
      byte[] logs = Requests.logs(1).toByteArray();
      int before = intake.taken.size();
      try (Socket socket = connect(receiver)) {
        socket.setSoTimeout(10_000);
        socket
            .getOutputStream()
            .write(
                (HEAD + "Content-Length: " + logs.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(logs);
        assertThat(socket.getInputStream().readNBytes(12))
            .endsWith("200".getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(intake.taken).hasSize(before + 1);
      await().untilAsserted(() -> assertThat(budget.usedBytes()).isZero());
    } finally {
      receiver.close();
    }
  }

  private static Socket connect(OtlpReceiver receiver) throws IOException {
    return new Socket("127.0.0.1", receiver.httpAddress().getPort());
  }

  private static byte[] garbage(Random random) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] noise = new byte[random.nextInt(400)];
    random.nextBytes(noise);
    switch (random.nextInt(5)) {
      case 0 -> out.write(noise);
      case 1 -> {
        out.write(PREFACE);
        out.write(noise);
      }
      case 2 -> {
        out.write(PREFACE);
        for (int i = 0; i < 8; i++) { // well-formed frames of any type with anything in them
          byte[] payload = new byte[random.nextInt(30)];
          random.nextBytes(payload);
          out.write(0);
          out.write(0);
          out.write(payload.length);
          out.write(i == 0 ? 4 : random.nextInt(11));
          out.write(i == 0 ? 0 : random.nextInt(256));
          out.write(new byte[] {0, 0, 0, (byte) (i == 0 ? 0 : random.nextInt(8))});
          out.write(i == 0 ? new byte[0] : payload, 0, i == 0 ? 0 : payload.length);
        }
      }
      case 3 -> {
        out.write(
            (HEAD + "Content-Length: " + noise.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(noise);
      }
      default -> {
        out.write(
            (HEAD + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(
            (Integer.toHexString(random.nextInt()) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(noise);
      }
    }
    return out.toByteArray();
  }
}
