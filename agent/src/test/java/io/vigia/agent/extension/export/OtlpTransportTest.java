package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real HTTP server that answers the status a test gives it. */
class OtlpTransportTest {

  private static final byte[] PAYLOAD = new byte[1 << 20];

  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void listen() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 404, 405, 413, 415, 501})
  void whatTheServerWillNeverTakeIsRefused(int answered) {
    status = answered;
    assertThatThrownBy(() -> transport().deliver(PAYLOAD))
        .isInstanceOfSatisfying(
            Outbox.RefusedException.class,
            refused -> assertThat(refused.status()).isEqualTo(answered));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 407, 408, 425, 429, 500, 502, 503, 504})
  void whatTheServerMayTakeLaterIsKept(int answered) {
    status = answered;
    assertThatThrownBy(() -> transport().deliver(PAYLOAD))
        .isInstanceOf(Outbox.BusyException.class)
        .hasMessageContaining("HTTP " + answered);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308, 404, 405, 501})
  void pathThatWasThereIsOnlyAwayForAMoment(int answered) throws Exception {
    OtlpTransport transport = transport();
    transport.deliver(PAYLOAD);
    status = answered;
    assertThatThrownBy(() -> transport.deliver(PAYLOAD)).isInstanceOf(Outbox.BusyException.class);
  }

  /** It is said on the application's stderr. */
  @ParameterizedTest
  @ValueSource(ints = {400, 503})
  void pageThatAProxyAnswersIsOneShortLine(int answered) {
    status = answered;
    answer = "<html>\r\n<b>no \u001b[31mupstream</b>\u0000\n" + "and so on\n".repeat(1_000);
    assertThatThrownBy(() -> transport().deliver(PAYLOAD))
        .hasMessageStartingWith("HTTP " + answered + " <html> <b>no [31mupstream</b> and so on")
        .hasMessageMatching("[^\\p{Cntrl}]{1,250}");
  }

  @Test
  void backendThatDoesNotTakeASignalFillsNothing() {
    status = 404;
    Spool spool = new Spool(null, 0);
    ExportHealth health = new ExportHealth("collector");
    Outbox metrics = new Outbox("metrics", transport(), spool, health);
    for (int i = 0; i < 10; i++) {
      assertThat(metrics.send(PAYLOAD)).isNotNull();
    }
    assertThat(spool.isEmpty()).isTrue();
    assertThat(health.counts())
        .isEqualTo(Map.of(new ExportHealth.Outcome("dropped", "refused", "metrics"), 10L));
  }

  /** It is counted in items, and nothing is sent again. */
  @Test
  void whatTheServerTakesButForSomeItemsIsCounted() {
    answer = "\n\b\b\u0003\u0012\u0004late"; // partial_success {rejected 3, error_message "late"}
    Spool spool = new Spool(null, 0);
    ExportHealth health = new ExportHealth("collector");
    Outbox metrics = new Outbox("metrics", transport(), spool, health);
    assertThat(metrics.send(PAYLOAD)).isNull();
    assertThat(spool.isEmpty()).isTrue();
    assertThat(health.counts())
        .isEqualTo(Map.of(new ExportHealth.Outcome("dropped", "refused", "data points"), 3L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n\u0006\u0012\u0004slow", // a warning: nothing was refused
        "{\"partialSuccess\":{}}",
        "<html>taken</html>",
        "\n\u007f\b\u0003", // cut off
        "\n\u0002\b",
      })
  void otherAnswersAreNoComplaint(String answered) throws Exception {
    answer = answered;
    transport().deliver(PAYLOAD);
  }

  @Test
  void partOfAnAnswerMayBeOfALaterVersion() {
    // unknown fields 3 before and inside
    answer = "\u001a\u0001x\n\u000b\u0018\u0001\b\u0003\u0012\u0005later";
    assertThatThrownBy(() -> transport().deliver(PAYLOAD))
        .isInstanceOfSatisfying(
            Outbox.PartlyRefusedException.class, e -> assertThat(e.items()).isEqualTo(3))
        .hasMessage("later");
  }

  private OtlpTransport transport() {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/metrics");
    return new OtlpTransport(new HttpPoster(url, 1000, 60_000, null), Map::of, null);
  }
}
