package io.vigia.collector.export.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeHttp2Server;
import io.vigia.collector.export.FakeHttp2Server.Answer;
import io.vigia.collector.export.TestBatches;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers to OTLP over gRPC that grpc-java would not give: of proxies, which speak HTTP and no gRPC
 * (nginx' pages are HTML, Envoy's plain text), and of servers written in Go.
 */
class ProxyAnswersTest {
  private static final Answer OK = FakeHttp2Server.gzipped(new byte[0]);

  private static ExportBatch large() {
    int[] records = new int[20];
    Arrays.fill(records, 1500); // about 1.9 MB: more than the windows of a connection
    return TestBatches.simple(Signal.TRACES, records);
  }

  private static ExportResult export(OtlpGrpcExporter exporter, ExportBatch batch)
      throws Exception {
    return exporter.export(batch).get(30, TimeUnit.SECONDS);
  }

  private static ExportResult answered(Answer answer) throws Exception {
    try (FakeHttp2Server server = new FakeHttp2Server(/* early= */ false, answer);
        OtlpGrpcExporter exporter =
            OtlpGrpcExporter.builder().endpoint(server.url()).gzip(true).build()) {
      return export(exporter, TestBatches.simple(Signal.TRACES, 3, 2));
    }
  }

  /** nginx takes 1 MB unless told otherwise, and says so before it has read all of it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMessageThatIsTooLargeForAProxyIsRefusedToBeTakenApart(boolean early) throws Exception {
    Answer tooLarge = FakeHttp2Server.page(413, "text/html", "<h1>413 Too Large</h1>");
    try (FakeHttp2Server server = new FakeHttp2Server(early, tooLarge);
        OtlpGrpcExporter exporter = OtlpGrpcExporter.builder().endpoint(server.url()).build()) {
      ExportResult result = export(exporter, large());
      assertThat(result.retry()).isEmpty();
      assertThat(result.refused())
          .hasSize(20)
          .allMatch(refused -> refused.item() < 0 && refused.reason().equals("too_large"));
      server.answers(OK);
      assertThat(export(exporter, TestBatches.simple(Signal.TRACES, 3)))
          .isEqualTo(ExportResult.delivered());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "401, UNAUTHENTICATED, check tokenFile",
    "404, UNIMPLEMENTED, is this the right port?",
    "503, UNAVAILABLE, HTTP status 503",
  })
  void theStatusOfAProxysPageIsToldAndAllOfItSentAgain(int status, String name, String words)
      throws Exception {
    ExportResult result = answered(FakeHttp2Server.page(status, "text/plain", "no upstream"));
    assertThat(result.refused()).isEmpty();
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).contains(name, words, "HTTP status " + status, "text/plain");
  }

  @Test
  void whenToComeAgainIsTakenFromAProxysPage() throws Exception {
    Answer busy = FakeHttp2Server.page(429, "text/plain", "too many", "retry-after", "7");
    assertThat(answered(busy).retryAfterMillis()).isEqualTo(7_000);
  }

  @Test
  void aPageWithStatus200IsNoAnswer() throws Exception {
    ExportResult result = answered(FakeHttp2Server.page(200, "text/html", "<h1>Welcome</h1>"));
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).contains("response without trailers");
  }

  @Test
  void anAnswerThatIsCompressedAsTheRequestWasIsRead() throws Exception {
    assertThat(answered(OK)).isEqualTo(ExportResult.delivered());
    ExportResult result =
        answered(
            FakeHttp2Server.gzipped(
                ExportTraceServiceResponse.newBuilder()
                    .setPartialSuccess(
                        ExportTracePartialSuccess.newBuilder()
                            .setRejectedSpans(4)
                            .setErrorMessage("too old"))
                    .build()
                    .toByteArray()));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused()).hasSize(4).allMatch(refused -> refused.detail().equals("too old"));
  }

  @Test
  void anAnswerThatDecompressesToMoreThanAnAnswerIsNone() throws Exception {
    ExportResult result = answered(FakeHttp2Server.gzipped(new byte[5 << 20]));
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).contains("INTERNAL");
  }
}
