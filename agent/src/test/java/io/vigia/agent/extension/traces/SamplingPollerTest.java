package io.vigia.agent.extension.traces;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.vigia.agent.boot.CollectorAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingPollerTest {

  /** A path that is not there is asked for after ten intervals. */
  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void whoDoesNotTakeTheCredentialsIsAskedAgainAfterOneInterval(int status) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/sampling",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(status, -1);
            asked.incrementAndGet();
          }
        });
    collector.start();
    try {
      String address = "127.0.0.1:" + collector.getAddress().getPort();
      SamplingPoller.start(
          CollectorAddress.find(Map.of("vigia.collector", address)::get, name -> null),
          "shop",
          new RemoteSampler(),
          1_000);
      await().atMost(Duration.ofSeconds(5)).until(() -> asked.get() >= 2);
    } finally {
      collector.stop(0);
    }
  }
}
