package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachabilityTest {

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, application/x-protobuf, true, reachable",
    "HTTP/1.1 200 OK, application/json; charset=utf-8, true, reachable",
    "HTTP/1.1 204 No Content, '', true, reachable",
    "HTTP/1.1 200 OK, text/html, false, 'not an OTLP receiver answers (HTTP 200, text/html)'",
    "HTTP/1.1 401 Unauthorized, text/plain, false, credentials",
    "HTTP/1.0 404 Not Found, text/html, false, not an OTLP receiver",
    "HTTP/1.1 503 Service Unavailable, '', true, overloaded",
    "SSH-2.0-OpenSSH, '', false, not HTTP",
    "'', '', false, closes",
  })
  void answerIsPutIntoWords(String line, String contentType, boolean ok, String words) {
    Reachability.Result result = Reachability.ofAnswer(line, contentType);
    assertThat(result.isOk()).isEqualTo(ok);
    assertThat(result.detail()).contains(words);
  }

  @Test
  void realServersAreToldApart() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      URI url = URI.create("http://127.0.0.1:" + server.getLocalPort());
      answerOnce(server, "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n\r\n");
      assertThat(Reachability.otlp(url, false, "traces").isOk()).isTrue();
      answerOnce(server, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
      assertThat(Reachability.otlp(url, false, "traces").detail()).isEqualTo("reachable");
      answerOnce(server, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>");
      assertThat(Reachability.otlp(url, false, "traces").detail()).contains("not an OTLP receiver");
      answerOnce(server, "HTTP/1.1 400 Bad Request\r\n\r\n");
      assertThat(Reachability.otlp(url, true, "traces").detail()).contains("not gRPC");
      URI secure = URI.create("https://127.0.0.1:" + server.getLocalPort());
      for (boolean grpc : new boolean[] {false, true}) {
        answerOnce(server, "HTTP/1.1 200 OK\r\n\r\n");
        assertThat(Reachability.otlp(secure, grpc, "traces").detail()).startsWith("TLS failed: ");
      }
      assertThat(Reachability.otlp(url, false, "traces").detail()).contains("no answer");
    }
    assertThat(Reachability.otlp(URI.create("http://127.0.0.1:1"), false, "traces").detail())
        .contains("refused");
    assertThat(
            Reachability.otlp(URI.create("http://no-such-host.invalid:4318"), false, "traces")
                .detail())
        .contains("cannot be resolved");
  }

  @Test
  void grpcServerIsKnownByItsSettings() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .build()
            .start();
    try {
      URI url = URI.create("http://127.0.0.1:" + server.getPort());
      // a server that has just begun may need longer for its first answer
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(Reachability.otlp(url, true, "traces").detail())
                      .isEqualTo("reachable"));
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void severalQuestionsTakeNoLongerThanOne() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Callable<Reachability.Result> hanging =
        () -> {
          never.await();
          return Reachability.noAnswer();
        };
    long begin = System.nanoTime();
    List<Probe> probes = Stream.generate(() -> Probe.start(hanging)).limit(20).toList();
    for (Probe probe : probes) {
      assertThat(probe.result().detail()).contains("no answer");
    }
    assertThat(System.nanoTime() - begin).isLessThan(10 * Reachability.TIMEOUT_MILLIS * 1_000_000L);
    never.countDown();
  }

  private static void answerOnce(ServerSocket server, String answer) {
    new Thread(
            () -> {
              try (Socket socket = server.accept()) {
                socket.getInputStream().read(new byte[4096]);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            })
        .start();
  }
}
