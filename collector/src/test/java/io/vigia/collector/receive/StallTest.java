package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.IntakeException;
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Senders that stop in the middle, or say nothing, with short limits. */
class StallTest {
  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
  private static final String HEAD =
      "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
          + "Content-Length: 1000\r\n\r\n";

  /** More than the buffers of two sockets. */
  private static final long MUCH_BYTES = 64 << 20;

  private final FakeIntake intake = new FakeIntake();
  private final IntakeBudget budget = new IntakeBudget(1 << 20);
  private final OtlpReceiver otlp =
      OtlpReceiver.builder()
          .http(ANY)
          .intake(intake)
          .metrics(intake.metrics)
          .budget(budget)
          .maxConnections(20)
          .stallTimeoutMillis(300)
          .idleTimeoutMillis(300)
          .build();
  private final ForwardReceiver forward =
      ForwardReceiver.builder()
          .listen(ANY)
          .intake(intake)
          .metrics(intake.metrics)
          .budget(budget)
          .stallTimeoutMillis(300)
          .build();

  @BeforeEach
  void start() throws IOException {
    otlp.start();
    forward.start();
  }

  @AfterEach
  void stop() {
    otlp.close();
    forward.close();
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String toTheEnd(Socket socket) throws IOException {
    try (InputStream in = socket.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void aRequestThatStallsIsToldToComeAgain() throws IOException {
    try (Socket socket = connect(otlp.httpAddress())) {
      send(socket, HEAD + "abc");
      assertThat(toTheEnd(socket))
          .startsWith("HTTP/1.1 503")
          .containsIgnoringCase("retry-after: ")
          .containsIgnoringCase("connection: close");
    }
    assertThat(intake.counted("refused:otlp/http:stalled")).isEqualTo(1);
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void whatStallsIsGivenUpAlsoAfterTheMemoryRanOutOnce() throws IOException {
    AtomicInteger ranOut = new AtomicInteger();
    for (int i = 0; i < 2; i++) { // one for each port, which all look
      budget.open(
          0,
          why -> {
            ranOut.incrementAndGet();
            throw new OutOfMemoryError("for a test");
          });
    }
    await().until(() -> ranOut.get() == 2);
    try (Socket socket = connect(forward.address())) {
      send(socket, "\u0092");
      assertThat(toTheEnd(socket)).isEmpty();
    }
  }

  @Test
  void aHeadThatNeverEndsClosesItsConnection() throws IOException {
    try (Socket socket = connect(otlp.httpAddress())) {
      send(socket, "POST /v1/logs HTTP/1.1\r\nHo");
      assertThat(toTheEnd(socket)).isEmpty();
    }
  }

  @Test
  void aSilentConnectionIsClosed() throws IOException {
    try (Socket socket = connect(otlp.httpAddress())) {
      assertThat(toTheEnd(socket)).isEmpty();
    }
  }

  @Test
  void aForwardMessageThatStallsClosesItsConnection() throws IOException {
    try (Socket socket = connect(forward.address())) {
      send(socket, "\u0092\u00a3app");
      assertThat(toTheEnd(socket)).isEmpty();
    }
    assertThat(intake.counted("refused:forward:stalled")).isEqualTo(1);
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void aForwardMessageThatWaitsForTheDiskDoesNotStall() throws IOException {
    intake.failWith(new IntakeException.Overloaded("quota", "full", 100));
    try (Socket socket = connect(forward.address())) {
      // ["a", [[1, {}]], {"chunk": "c"}]
      send(socket, "\u0093\u00a1a\u0091\u0092\u0001\u0080\u0081\u00a5chunk\u00a1c");
      await().until(() -> intake.refusals() > 15); // longer than the limit, and the sweep
      intake.failWith(null);
      byte[] ack = socket.getInputStream().readNBytes(7);
      assertThat(new String(ack, StandardCharsets.ISO_8859_1)).isEqualTo("\u0081\u00a3ack\u00a1c");
    }
    assertThat(intake.counted("refused:forward:stalled")).isZero();
  }

  @Test
  void stalledSendersMakeRoomForOneThatDoesNot() throws IOException {
    Socket[] stalled = new Socket[15];
    try {
      for (int i = 0; i < stalled.length; i++) {
        stalled[i] = connect(otlp.httpAddress());
        send(stalled[i], HEAD.replace("1000", "400000") + "x".repeat(200_000));
      }
      try (Socket socket = connect(otlp.httpAddress())) {
        send(socket, HEAD.replace("1000", "0"));
        byte[] answer = socket.getInputStream().readNBytes(12);
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
      }
      await().until(() -> intake.counted("refused:otlp/http:memory") > 0);
      assertThat(budget.usedBytes()).isLessThanOrEqualTo(1 << 20);
    } finally {
      for (Socket socket : stalled) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }

  @Test
  void tooManyConnectionsAreClosedAtOnce() throws IOException {
    Socket[] open = new Socket[20];
    try {
      for (int i = 0; i < open.length; i++) {
        open[i] = connect(otlp.httpAddress());
      }
      try (Socket one = connect(otlp.httpAddress())) {
        assertThat(toTheEnd(one)).isEmpty();
      }
      assertThat(intake.counted("malformed:otlp/http:too_many_connections")).isPositive();
    } finally {
      for (Socket socket : open) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }

  @Test
  void aForwardConnectionIsNotReadWhileTheIntakeRefuses() throws Exception {
    intake.failWith(new IntakeException.Overloaded("quota", "full", 50));
    try (SocketChannel client = SocketChannel.open(forward.address())) {
      client.configureBlocking(false);
      ByteBuffer message = largeForwardMessage();
      long[] sent = {0};
      await()
          .during(Duration.ofSeconds(1)) // longer than the stall time-out
          .atMost(Duration.ofSeconds(60))
          .until(() -> push(client, message, sent) == 0);
      assertThat(sent[0]).isLessThan(MUCH_BYTES);
      assertThat(budget.usedBytes()).isLessThanOrEqualTo(1 << 20);
      assertThat(intake.taken).isEmpty();
      intake.failWith(null);
      await().until(() -> push(client, message, sent) > 0);
      await().until(() -> !intake.taken.isEmpty());
    }
  }

  /** Writes until nothing more goes out; how much that was. */
  private static long push(SocketChannel client, ByteBuffer message, long[] sent)
      throws IOException {
    long before = sent[0];
    for (int written; sent[0] < MUCH_BYTES && (written = client.write(message)) > 0; ) {
      sent[0] += written;
      if (!message.hasRemaining()) {
        message.rewind();
      }
    }
    return sent[0] - before;
  }

  /** {@code ["a", [[1, {"m": TEXT}]]]}. */
  private static ByteBuffer largeForwardMessage() {
    int length = 100_000;
    return ByteBuffer.allocate(14 + length)
        .put(
            "\u0092\u00a1a\u0091\u0092\u0001\u0081\u00a1m\u00db"
                .getBytes(StandardCharsets.ISO_8859_1))
        .putInt(length)
        .put("x".repeat(length).getBytes(StandardCharsets.ISO_8859_1))
        .flip();
  }
}
