package io.vigia.collector.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What exporters that speak HTTP/1.1 make of answers that are not those of their backend. */
public abstract class HttpExporterContractTest extends NetworkExporterContractTest {
  static Stream<String> refusalsThatAreNotOfTheBackend() {
    return Stream.of(
        FakeHttpBackend.plain( // nginx
            "400 Bad Request",
            "Content-Type: text/html; charset=utf-8\r\n",
            "<html>The plain HTTP request was sent to HTTPS port</html>"),
        FakeHttpBackend.plain( // whatever is written in Go
            "400 Bad Request", "", "Client sent an HTTP request to an HTTPS server.\n"),
        FakeHttpBackend.plain( // Tomcat
            "400 Bad Request",
            "content-type: text/plain;charset=UTF-8\r\n",
            "Bad Request\r\nThis combination of host and port requires TLS.\r\n"));
  }

  @ParameterizedTest
  @MethodSource("refusalsThatAreNotOfTheBackend")
  void whatAProxyRefusesIsNoDataThatIsRefused(String answer) throws Exception {
    ((FakeHttpBackend) backend).refusal = answer;
    backend.replies(FakeBackend.Reply.REFUSED, FakeBackend.Reply.OK);
    try (Exporter exporter = started()) {
      ExportResult result = get(exporter.export(batch()));
      assertAllRetried(result);
      assertThat(result.retryReason()).contains("400 from", "https://");
      assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    }
  }
}
