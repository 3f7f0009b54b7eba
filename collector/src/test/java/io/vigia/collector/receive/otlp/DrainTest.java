package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.FakeIntake;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stopping while requests are in the air. */
class DrainTest {
  private static final byte[] LOGS = Requests.logs(1).toByteArray();

  private final FakeIntake intake = new FakeIntake();
  private final OtlpReceiver receiver =
      OtlpReceiver.builder()
          .grpc(new InetSocketAddress("127.0.0.1", 0))
          .http(new InetSocketAddress("127.0.0.1", 0))
          .intake(intake)
          .metrics(intake.metrics)
          .drainMillis(2_000)
          .build();

  @BeforeEach
  void start() throws IOException {
    receiver.start();
    intake.hold();
  }

  @AfterEach
  void stop() {
    intake.release();
    receiver.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", receiver.httpAddress().getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void post(Socket socket) throws IOException {
    String head =
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
            + LOGS.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(LOGS);
  }

  @Test
  void grpcCallsInTheAirAreAnsweredAndTheConnectionGoesAway() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", receiver.grpcAddress().getPort())
            .usePlaintext()
            .build();
    try {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(
            ClientCalls.futureUnaryCall(
                channel.newCall(GrpcReceiverTest.method(Signal.LOGS), CallOptions.DEFAULT), LOGS));
      }
      await().until(() -> intake.taken.size() == 50);
      CompletableFuture<Void> closing = CompletableFuture.runAsync(receiver::close);
      // the client has seen GOAWAY: it would need a new connection
      await().until(() -> channel.getState(false) == ConnectivityState.IDLE);
      assertThat(closing).isNotDone();
      intake.release();
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEmpty();
      }
      closing.get(2, TimeUnit.SECONDS);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void http1RequestIsAnsweredAndIdleConnectionsAreClosed() throws Exception {
    try (Socket busy = connect();
        Socket idle = connect()) {
      post(busy);
      await().until(() -> intake.taken.size() == 1);
      receiver.drain();
      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      post(busy); // comes too late: it is neither taken nor does it harm the answer
      intake.release();
      String answer = new String(busy.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
      assertThat(answer.split("HTTP/1.1")).hasSize(2);
    }
    assertThat(intake.taken).hasSize(1);
  }

  @Test
  void aRequestThatNeverEndsHoldsClosingForTheGraceTimeOnly() throws Exception {
    try (Socket stalled = connect()) {
      stalled
          .getOutputStream()
          .write(
              ("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
                      + "Content-Length: 100\r\n\r\nabc")
                  .getBytes(StandardCharsets.US_ASCII));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(receiver::close);
      closing.get(5, TimeUnit.SECONDS);
      InputStream in = stalled.getInputStream();
      int end;
      try {
        end = in.read();
      } catch (IOException reset) {
        end = -1;
      }
      assertThat(end).isEqualTo(-1);
    }
  }
}
