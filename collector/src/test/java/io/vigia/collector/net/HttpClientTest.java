package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Before a server that answers the first request of each connection, and takes the second away. */
class HttpClientTest {
  private final AtomicInteger arrived = new AtomicInteger();
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "server");
    thread.setDaemon(true);
    thread.start();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket connection = server.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
        read(in);
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        read(in);
      } catch (IOException e) {
        // the end of the test, or of a connection
      }
    }
  }

  /** A request of one byte. */
  private void read(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    if (line != null && in.read() == 'x') {
      arrived.incrementAndGet();
    }
  }

  private HttpClient client(boolean resends) {
    return HttpClient.builder(Endpoint.parse("127.0.0.1:" + server.getLocalPort(), 0))
        .resends(resends)
        .build();
  }

  private static CompletableFuture<HttpAnswer> send(HttpClient client) {
    return client
        .send(HttpMethod.POST, "/", Map.of(), Unpooled.wrappedBuffer(new byte[] {'x'}))
        .orTimeout(60, TimeUnit.SECONDS);
  }

  @Test
  void aRequestThatADyingConnectionTookWithItIsSentOnceMore() {
    try (HttpClient client = client(/* resends= */ true)) {
      assertThat(send(client).join().status()).isEqualTo(200);
      assertThat(send(client).join().status()).isEqualTo(200);
    }
    assertThat(arrived).hasValue(3);
  }

  @Test
  void whereItsSenderMustKnowThatItMayHaveArrivedItIsNot() {
    try (HttpClient client = client(/* resends= */ false)) {
      assertThat(send(client).join().status()).isEqualTo(200);
      assertThatThrownBy(() -> send(client).join()).hasCauseInstanceOf(NetException.class);
      assertThat(send(client).join().status()).isEqualTo(200);
    }
    assertThat(arrived).hasValue(3);
  }
}
