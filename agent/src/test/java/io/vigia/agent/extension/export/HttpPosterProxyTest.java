package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.vigia.agent.it.SmallProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** In plain text, through a real proxy that a program sets by {@code setProxyOptions}. */
class HttpPosterProxyTest {

  @Test
  void whatTheProxyDoesNotPassOnIsKeptAndHandedOverThroughIt() throws Exception {
    List<String> received = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            received.add(
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    SmallProxy gone = SmallProxy.start(0);
    gone.close();
    InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", gone.port());
    HttpPoster poster = new HttpPoster(URI.create(url), 1000, 60_000, null, asked -> address);
    Spool spool = new Spool(null, 0);
    Outbox outbox =
        new Outbox(
            "traces",
            new OtlpTransport(poster, Map::of, null),
            spool,
            new ExportHealth("collector"));
    outbox.send("one".getBytes(StandardCharsets.UTF_8));
    assertThat(spool.isEmpty()).isFalse();
    try (SmallProxy back = SmallProxy.start(gone.port())) {
      await()
          .until(
              () -> {
                outbox.handOver();
                return spool.isEmpty();
              });
      outbox.send("two".getBytes(StandardCharsets.UTF_8));
      assertThat(received).containsExactly("one", "two");
      assertThat(back.requests).containsOnly("POST " + url + " HTTP/1.1");
    } finally {
      server.stop(0);
    }
  }
}
