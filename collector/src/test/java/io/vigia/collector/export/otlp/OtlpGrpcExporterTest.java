package io.vigia.collector.export.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeGrpcBackend;
import io.vigia.collector.export.NetworkExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.ClientOptions;
import org.junit.jupiter.api.Test;

class OtlpGrpcExporterTest extends NetworkExporterContractTest {
  @Override
  protected FakeBackend newBackend() {
    return new FakeGrpcBackend();
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return OtlpGrpcExporter.builder().endpoint(url).client(options).build();
  }

  @Override
  protected Signal signal() {
    return Signal.TRACES;
  }

  @Override
  protected String refusedReason() {
    return "invalid_argument";
  }

  @Test
  void recordsAreMergedIntoOneRequest() throws Exception {
    get(started().export(batch()));
    FakeGrpcBackend grpc = (FakeGrpcBackend) backend;
    assertThat(grpc.methods)
        .containsExactly("opentelemetry.proto.collector.trace.v1.TraceService/Export");
    ExportTraceServiceRequest sent = ExportTraceServiceRequest.parseFrom(grpc.seen.get(0));
    assertThat(
            sent.getResourceSpansList().stream()
                .flatMap(r -> r.getScopeSpansList().stream())
                .flatMap(s -> s.getSpansList().stream()))
        .hasSize(5);
  }

  @Test
  void compressedRequestsAreUnderstood() throws Exception {
    Exporter gzip = OtlpGrpcExporter.builder().endpoint(backend.url()).gzip(true).build();
    try (gzip) {
      assertThat(get(gzip.export(batch()))).isEqualTo(ExportResult.delivered());
    }
    ExportTraceServiceRequest.parseFrom(((FakeGrpcBackend) backend).seen.get(0));
  }

  /** It asks with an empty message, and nothing is no gzip. */
  @Test
  void checkWithCompressedRequestsIsUnderstood() {
    Exporter gzip = OtlpGrpcExporter.builder().endpoint(backend.url()).gzip(true).build();
    try (gzip) {
      assertThat(gzip.check().ok()).isTrue();
    }
  }

  @Test
  void partialSuccessCountsAsRefused() throws Exception {
    ((FakeGrpcBackend) backend)
        .response(
            ExportTraceServiceResponse.newBuilder()
                .setPartialSuccess(
                    ExportTracePartialSuccess.newBuilder()
                        .setRejectedSpans(4)
                        .setErrorMessage("too\nmany"))
                .build()
                .toByteArray());
    ExportResult result = get(started().export(batch()));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused()).hasSize(4);
    assertThat(result.refused().get(3))
        .isEqualTo(new ExportResult.Refused(1, 0, "partial_success", "too many"));
  }

  @Test
  void aServerThatGoesAwayIsLeftForItsSuccessor() throws Exception {
    Exporter exporter = started();
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    ((FakeGrpcBackend) backend).shutdown(); // GOAWAY
    ExportResult result = get(exporter.export(batch()));
    assertThat(result.retry()).hasSize(2);
  }

  @Test
  void aLargeBatchIsSplitBelowFourMebibytes() throws Exception {
    int[] records = new int[60];
    java.util.Arrays.fill(records, 1500); // about 5.8 MB
    assertThat(get(started().export(TestBatches.simple(Signal.TRACES, records))))
        .isEqualTo(ExportResult.delivered());
    FakeGrpcBackend grpc = (FakeGrpcBackend) backend;
    assertThat(grpc.seen.size()).isGreaterThan(1);
    int spans = 0;
    for (byte[] request : grpc.seen) {
      assertThat(request.length).isLessThan(4 << 20);
      spans +=
          ExportTraceServiceRequest.parseFrom(request).getResourceSpansList().stream()
              .mapToInt(r -> r.getScopeSpans(0).getSpansCount())
              .sum();
    }
    assertThat(spans).isEqualTo(90_000);
  }

  /** The parts of a batch that comes again are the same: it would come for ever. */
  @Test
  void aLargeBatchOfWhichNoPartIsTakenIsRefusedToBeTakenApart() throws Exception {
    int[] records = new int[60];
    java.util.Arrays.fill(records, 1500); // two parts
    backend.replies(FakeBackend.Reply.REFUSED);
    ExportResult result = get(started().export(TestBatches.simple(Signal.TRACES, records)));
    assertThat(backend.requests()).isEqualTo(2);
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused()).hasSize(60).allMatch(refused -> refused.item() < 0);
  }
}
