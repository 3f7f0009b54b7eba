package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.net.NetException.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

  @Test
  void aRequestForAPeerThatCannotBeReachedGoesToTheNextAtOnce() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    server.start();
    String reachable = "http://127.0.0.1:" + server.getAddress().getPort();
    try (HttpFailover http = new HttpFailover(List.of(client(UNREACHABLE), client(reachable)))) {
      assertThat(http.send(HttpMethod.GET, "/", Map.of(), null).get(30, TimeUnit.SECONDS).status())
          .isEqualTo(204);
    } finally {
      server.stop(0);
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
