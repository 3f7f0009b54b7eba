package io.vigia.collector.export.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeHttpBackend;
import io.vigia.collector.export.HttpExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.ClientOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpHttpExporterTest extends HttpExporterContractTest {
  private @Nullable String answer;

  @Override
  protected FakeBackend newBackend() {
    return new FakeHttpBackend() {
      @Override
      protected String ok(Request request) {
        return answer != null ? answer : super.ok(request);
      }
    };
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return OtlpHttpExporter.builder().endpoint(url).client(options).build();
  }

  @Override
  protected Signal signal() {
    return Signal.LOGS;
  }

  @Override
  protected String refusedReason() {
    return "bad_request";
  }

  private FakeHttpBackend.Request seen(int index) {
    return ((FakeHttpBackend) backend).seen.get(index);
  }

  private ExportResult answered(String status, String headers, String body) throws Exception {
    answer = FakeHttpBackend.plain(status, headers, body);
    return get(started().export(batch()));
  }

  private static String latin1(byte[] protobuf) {
    return new String(protobuf, StandardCharsets.ISO_8859_1);
  }

  @Test
  void eachSignalHasItsPathBelowTheAddress() throws Exception {
    try (Exporter exporter = newExporter(backend.url() + "/otlp/", ClientOptions.defaults())) {
      get(exporter.export(batch()));
      get(exporter.export(TestBatches.simple(Signal.TRACES, 1)));
      get(exporter.export(TestBatches.simple(Signal.METRICS, 1)));
    }
    assertThat(seen(0).line()).startsWith("POST /otlp/v1/logs ");
    assertThat(seen(1).line()).startsWith("POST /otlp/v1/traces ");
    assertThat(seen(2).line()).startsWith("POST /otlp/v1/metrics ");
    assertThat(seen(0).headers()).containsEntry("content-type", "application/x-protobuf");
    assertThat(
            ExportLogsServiceRequest.parseFrom(seen(0).body()).getResourceLogsList().stream()
                .mapToInt(r -> r.getScopeLogs(0).getLogRecordsCount())
                .sum())
        .isEqualTo(5);
  }

  @Test
  void compressedRequestsAreUnderstood() throws Exception {
    try (Exporter gzip = OtlpHttpExporter.builder().endpoint(backend.url()).gzip(true).build()) {
      assertThat(get(gzip.export(batch()))).isEqualTo(ExportResult.delivered());
    }
    assertThat(backend.header("content-encoding")).isEqualTo("gzip");
    var body = new GZIPInputStream(new ByteArrayInputStream(seen(0).body()));
    assertThat(ExportLogsServiceRequest.parseFrom(body).getResourceLogsCount()).isEqualTo(2);
  }

  @Test
  void partialSuccessCountsAsRefused() throws Exception {
    byte[] partial =
        ExportLogsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportLogsPartialSuccess.newBuilder()
                    .setRejectedLogRecords(4)
                    .setErrorMessage("too many"))
            .build()
            .toByteArray();
    ExportResult result =
        answered("200 OK", "content-type: application/x-protobuf\r\n", latin1(partial));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused()).hasSize(4);
    assertThat(result.refused().get(3))
        .isEqualTo(new ExportResult.Refused(1, 0, "partial_success", "too many"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"2\"", "2"})
  void partialSuccessInJsonCountsToo(String count) throws Exception {
    ExportResult result =
        answered(
            "200 OK",
            "content-type: application/json; charset=utf-8\r\n",
            "{\"partialSuccess\":{\"rejectedLogRecords\":%s,\"errorMessage\":\"no\"}}"
                .formatted(count));
    assertThat(result.refused()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "202 Accepted,text/plain,ok",
    "200 OK,application/json,{}",
    "204 No Content,text/plain,''"
  })
  void otherWaysToSayYesAreYes(String status, String type, String body) throws Exception {
    assertThat(answered(status, "content-type: " + type + "\r\n", body))
        .isEqualTo(ExportResult.delivered());
  }

  @Test
  void aWebPageIsNoYes() throws Exception {
    ExportResult result = answered("200 OK", "content-type: text/html\r\n", "<html>log in</html>");
    assertAllRetried(result);
    assertThat(result.retryReason()).contains("web page");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504, 500, 404, 403, 302})
  void whatIsNotAboutTheDataIsRetriedWhenTheServerSays(int status) throws Exception {
    ExportResult result = answered(status + " No", "retry-after: 7\r\n", "");
    assertAllRetried(result);
    assertThat(result.retryAfterMillis()).isEqualTo(7_000);
    assertThat(result.retryReason()).contains(Integer.toString(status), "/v1/logs");
  }

  @Test
  void whatIsTooLargeIsRefused() throws Exception {
    ExportResult result = answered("413 Content Too Large", "", "");
    assertThat(result.refused())
        .isNotEmpty()
        .allSatisfy(refused -> assertThat(refused.reason()).isEqualTo("too_large"));
  }

  @Test
  void theWordsOfAStatusMessageAreTold() throws Exception {
    ByteArrayOutputStream status = new ByteArrayOutputStream(); // google.rpc.Status
    CodedOutputStream fields = CodedOutputStream.newInstance(status);
    fields.writeInt32(1, 8);
    fields.writeString(2, "quota is used up");
    fields.flush();
    ExportResult result =
        answered(
            "429 Too Many Requests",
            "content-type: application/x-protobuf\r\n",
            latin1(status.toByteArray()));
    assertThat(result.retryReason()).endsWith("quota is used up");
  }

  @Test
  void checkSaysWhenItWantsTls() {
    answer =
        FakeHttpBackend.plain(
            "400 Bad Request", "", "Client sent an HTTP request to an HTTPS server.\n");
    CheckResult result = OtlpHttpExporter.builder().endpoint(backend.url()).build().check();
    assertThat(result.ok()).isFalse();
    assertThat(result.remedy()).contains("https://");
  }

  @Test
  void checkSaysWhenItIsAnotherPort() {
    answer = FakeHttpBackend.plain("404 Not Found", "", "");
    CheckResult result =
        OtlpHttpExporter.builder()
            .endpoint(backend.url())
            .signals(Set.of(Signal.METRICS))
            .build()
            .check();
    assertThat(result.ok()).isFalse();
    assertThat(result.summary()).contains("/v1/metrics answered 404");
    assertThat(result.remedy()).contains("4318");
  }
}
