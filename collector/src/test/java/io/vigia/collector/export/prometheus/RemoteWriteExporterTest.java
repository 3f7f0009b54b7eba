package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeHttpBackend;
import io.vigia.collector.export.HttpExporterContractTest;
import io.vigia.collector.net.ClientOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

class RemoteWriteExporterTest extends HttpExporterContractTest {
  private static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";
  private String poison = "";
  private String words = "out of order sample";
  private String taken = NO_CONTENT;

  @Override
  protected FakeBackend newBackend() {
    return new FakeHttpBackend() {
      @Override
      protected String garbage() {
        return "SSH-2.0-OpenSSH_9.2p1\r\n"; // any 2xx is a yes in this protocol
      }

      @Override
      protected @Nullable String beside(Request request) {
        return isQuestion(request) ? NO_CONTENT : null; // as one does that knows neither
      }

      @Override
      protected String ok(Request request) {
        String text = text(request.body());
        return !poison.isEmpty() && text.contains(poison)
            ? plain("400 Bad Request", "", words)
            : taken;
      }
    };
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return RemoteWriteExporter.builder().url(url).client(options).build();
  }

  @Override
  protected Signal signal() {
    return Signal.METRICS;
  }

  @Override
  protected String refusedReason() {
    return "bad_request";
  }

  @Test
  void aRefusedSampleCostsItselfOnly() throws Exception {
    poison = new String(new byte[] {18, 1, '2'}, StandardCharsets.ISO_8859_1); // number="2"
    ExportResult result = get(started().export(batch()));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .containsExactly(new ExportResult.Refused(0, 2, "out_of_order", "400 out of order sample"));
  }

  @Test
  void mimirsWordsHaveTheSameReasons() throws Exception {
    poison = new String(new byte[] {18, 1, '2'}, StandardCharsets.ISO_8859_1); // number="2"
    words =
        "user=team-a: the sample has been rejected because another sample with a more recent"
            + " timestamp has already been ingested and out-of-order samples are not allowed"
            + " (err-mimir-sample-out-of-order)";
    assertThat(get(started().export(batch())).refused())
        .extracting(ExportResult.Refused::reason)
        .containsExactly("out_of_order");
  }

  @Test
  void aWebPageIsNoYes() throws Exception {
    taken = FakeHttpBackend.plain("200 OK", "content-type: text/html\r\n", "<html>log in</html>");
    Exporter exporter = started();
    assertAllRetried(get(exporter.export(batch())));
    taken = NO_CONTENT;
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
  }

  /** Whether the request is one of those that carry no data. */
  static boolean isQuestion(FakeHttpBackend.Request request) {
    return isV2(request)
        ? PromProto.list(PromProto.v2(request.body()), "timeseries").isEmpty()
        : text(request.body()).contains("vigia_probe");
  }

  static boolean isV2(FakeHttpBackend.Request request) {
    return request.headers().getOrDefault("content-type", "").contains("v2");
  }

  private static String text(byte[] body) {
    try {
      return new String(Snappy.uncompress(body), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
