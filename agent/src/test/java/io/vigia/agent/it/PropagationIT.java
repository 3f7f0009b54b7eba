package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.vigia.agent.programs.Relay;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Point 3: a service between two that speak different formats, under settings of Jaeger's time. */
class PropagationIT {

  private static final String TRACE = "0af7651916cd43dd8448eb211c803199";

  @Test
  void traceIsWrittenAsSetAndBaggagePassedOnAndSpansForJaegerLeaveByOtlp() throws Exception {
    List<Headers> received = new CopyOnWriteArrayList<>();
    HttpServer next =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    next.createContext(
        "/",
        exchange -> {
          try (exchange) {
            received.add(exchange.getRequestHeaders());
            exchange.sendResponseHeaders(204, -1);
          }
        });
    next.start();
    try (Receiver receiver = Receiver.start();
        Jvm relay =
            Jvm.of(Relay.class)
                .sendingTo(receiver)
                .environment("OTEL_PROPAGATORS", "baggage,b3multi")
                .environment("OTEL_TRACES_EXPORTER", "jaeger")
                .option("-Dotel.bsp.schedule.delay=100")
                .argument(Integer.toString(next.getAddress().getPort()))
                .start()) {
      URI url = URI.create("http://127.0.0.1:" + relay.await("port") + "/order");
      HttpRequest request =
          HttpRequest.newBuilder(url)
              .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
              .header("baggage", "tenant=blue")
              .build();
      assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode())
          .isEqualTo(204);
      assertThat(received)
          .singleElement()
          .satisfies(
              headers -> {
                assertThat(headers.getFirst("X-B3-TraceId")).isEqualTo(TRACE);
                assertThat(headers.getFirst("X-B3-Sampled")).isEqualTo("1");
                assertThat(headers.getFirst("baggage")).isEqualTo("tenant=blue");
                assertThat(headers).doesNotContainKeys("Traceparent", "B3", "Uber-trace-id");
              });
      await().atMost(Duration.ofSeconds(60)).until(() -> receiver.spans.size() >= 2);
      assertThat(receiver.spans)
          .extracting(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()))
          .containsOnly(TRACE);
      relay.endWell();
    } finally {
      next.stop(0);
    }
  }
}
