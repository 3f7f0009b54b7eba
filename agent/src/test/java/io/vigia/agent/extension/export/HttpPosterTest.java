package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers exactly the bytes a test gives it. */
class HttpPosterTest {

  private ServerSocket server;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void oneConnectionServesManyRequests() throws Exception {
    answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No Content\r\n\r\n");
    HttpPoster poster = poster(2000);
    assertThat(post(poster).status).isEqualTo(200);
    assertThat(post(poster).status).isEqualTo(204);
    assertThat(requests).hasSize(2);
    assertThat(requests.get(0))
        .startsWith("POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort())
        .contains("Content-Type: application/x-protobuf")
        .endsWith("\r\n\r\nbody");
  }

  @Test
  void chunkedAnswerAndRetryAfterAreRead() throws Exception {
    answering(
        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "4\r\nfull\r\n0\r\n\r\n");
    HttpPoster.Response response = post(poster(2000));
    assertThat(response.status).isEqualTo(503);
    assertThat(response.retryAfterSeconds).isEqualTo(7);
    assertThat(response.text()).isEqualTo("full");
  }

  /** Of a proxy that has begun to pass the request on. */
  @Test
  void interimAnswerIsFollowedByTheAnswer() throws Exception {
    answering(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\n\r\n");
    HttpPoster poster = poster(2000);
    HttpPoster.Response response = post(poster);
    assertThat(response.status).isEqualTo(200);
    assertThat(response.text()).isEqualTo("ok");
    assertThat(post(poster).status).isEqualTo(204);
  }

  @Test
  void idleConnectionThatTheServerClosedIsReplaced() throws Exception {
    answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    HttpPoster poster = poster(2000);
    post(poster);
    answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assertThat(post(poster).status).isEqualTo(200);
  }

  @Test
  void serverThatSaysNothingCostsOneTimeout() throws Exception {
    answering("");
    assertThatThrownBy(() -> post(poster(300)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("300 ms");
  }

  /** More than the buffers on both sides hold. */
  @Test
  void serverThatReadsNothingCostsOneTimeout() throws Exception {
    HttpPoster poster = poster(300); // nobody accepts, the system does
    assertThatThrownBy(() -> poster.post(new byte[32 << 20], Map.of()))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("not taken within 300 ms");
  }

  @Test
  void garbageIsNoAnswer() throws Exception {
    answering("SSH-2.0-OpenSSH_9.2\r\n");
    assertThatThrownBy(() -> post(poster(2000))).hasMessageContaining("not HTTP");
  }

  @Test
  void endlessHeaderIsCutOff() throws Exception {
    answering("HTTP/1.1 200 OK\r\nX: " + "a".repeat(20_000));
    assertThatThrownBy(() -> post(poster(2000))).hasMessageContaining("not HTTP");
  }

  private HttpPoster poster(int timeoutMillis) {
    URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1/traces");
    return new HttpPoster(url, 1000, timeoutMillis, null);
  }

  private static HttpPoster.Response post(HttpPoster poster) throws IOException {
    return poster.post(
        "body".getBytes(StandardCharsets.UTF_8),
        Map.of("Content-Type", List.of("application/x-protobuf")));
  }

  /** Serves one connection with these answers, then closes it; an empty one is silence. */
  private void answering(String... answers) {
    Thread thread =
        new Thread(
            () -> {
              try (Socket socket = server.accept()) {
                for (String answer : answers) {
                  requests.add(request(socket.getInputStream()));
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                  if (answer.isEmpty()) {
                    socket.getInputStream().read();
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static String request(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("\r\n\r\nbody")) {
      int c = in.read();
      if (c < 0) {
        break;
      }
      text.append((char) c);
    }
    return text.toString();
  }

  @Test
  void abortEndsAWaitAtOnce() throws Exception {
    HttpPoster poster = poster(60_000);
    Thread aborter =
        new Thread(
            () -> {
              try (Socket accepted = server.accept()) {
                accepted.getInputStream().read(new byte[4096]);
                poster.abort();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    aborter.start();
    assertThatThrownBy(() -> post(poster)).isInstanceOf(IOException.class);
    aborter.join();
  }

  @Test
  void nameServerThatDoesNotAnswerIsNotWaitedFor() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                Resolver.resolve(
                    "collector",
                    100,
                    host -> {
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return new InetAddress[0];
                    }))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("name server");
    never.countDown();
  }
}
