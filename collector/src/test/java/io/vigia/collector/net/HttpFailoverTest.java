package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.net.NetException.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpFailoverTest {
  /** A group of machines: no TCP leads there, which the system says as it does of no network. */
  private static final String UNREACHABLE = "http://224.0.0.1:9200";

  private static HttpClient client(String url) {
    return HttpClient.builder(Endpoint.parse(url, 0)).resends(false).build();
  }

  /** What is answered when the first of two nodes has this address. */
  private static int answered(String first) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    server.start();
    String second = "http://127.0.0.1:" + server.getAddress().getPort();
    try (HttpFailover http = new HttpFailover(List.of(client(first), client(second)))) {
      return http.send(HttpMethod.GET, "/", Map.of(), null).get(30, TimeUnit.SECONDS).status();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aRequestForAPeerThatCannotBeReachedGoesToTheNextAtOnce() throws Exception {
    assertThat(answered(UNREACHABLE)).isEqualTo(204);
  }

  /** As one whose machine is gone; here more want to come in than may wait for that. */
  @Test
  void aRequestForAPeerThatDoesNotAnswerTheCallGoesToTheNext() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel channel = SocketChannel.open();
        waiting.add(channel);
        channel.configureBlocking(false);
        channel.connect(full.getLocalSocketAddress());
      }
      assertThat(answered("http://127.0.0.1:" + full.getLocalPort())).isEqualTo(204);
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }

  @Test
  void thatAPeerCannotBeReachedIsSaidAndNotThatItClosedAConnection() {
    try (HttpClient client = client(UNREACHABLE)) {
      assertThatThrownBy(
              () -> client.send(HttpMethod.GET, "/", Map.of(), null).get(30, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              NetException.class,
              why -> {
                assertThat(why.kind()).isEqualTo(Kind.UNREACHABLE);
                assertThat(why.getMessage()).contains("is the host up").doesNotContain("restart");
              });
    }
  }
}
