package io.vigia.collector.export.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeGrpcBackend;
import io.vigia.collector.export.TestBatches;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a batch by the status its call ends with. Source: OTLP Specification, "OTLP/gRPC
 * Response": what it calls retryable is sent again. What it calls not retryable is not thrown away
 * here either, but for the one that is about the data: an operator can mend a token or a port.
 */
class GrpcStatusTest {
  private final FakeGrpcBackend backend = new FakeGrpcBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  private ExportResult export(boolean jaeger, Status status, boolean saysWhen) throws Exception {
    backend.closeCalls(status, saysWhen);
    OtlpGrpcExporter.Builder exporter =
        OtlpGrpcExporter.builder().endpoint(backend.url()).signals(Set.of(Signal.TRACES));
    try (OtlpGrpcExporter built = (jaeger ? exporter.jaegerApiV2() : exporter).build()) {
      return built.export(TestBatches.simple(Signal.TRACES, 3, 2)).get(30, TimeUnit.SECONDS);
    }
  }

  private void assertAllAgain(ExportResult result, Status status, long afterMillis) {
    assertThat(result.refused()).isEmpty();
    assertThat(result.retry()).hasSize(2).allMatch(entry -> entry.wanted() == null);
    assertThat(result.retryAfterMillis()).isEqualTo(afterMillis);
    assertThat(result.retryReason()).contains(status.getCode().name(), "words");
    assertThat(backend.requests()).as("the dispatcher tries again, not the exporter").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"OK", "INVALID_ARGUMENT"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyStatusButOneMeansAllOfItAgain(Status.Code code) throws Exception {
    Status status = code.toStatus().withDescription("words");
    assertAllAgain(export(false, status, false), status, 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"RESOURCE_EXHAUSTED", "UNAVAILABLE", "ABORTED", "UNAUTHENTICATED"})
  void theTimeOfRetryInfoIsHandedOn(Status.Code code) throws Exception {
    Status status = code.toStatus().withDescription("words");
    assertAllAgain(export(false, status, true), status, 2_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invalidArgumentIsAWordAboutTheData(boolean jaeger) throws Exception {
    ExportResult result = export(jaeger, Status.INVALID_ARGUMENT.withDescription("words"), true);
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .hasSize(2)
        .allMatch(refused -> refused.item() < 0 && refused.reason().equals("invalid_argument"));
  }

  /** The texts of grpc-go, gRPC core, grpc-js, grpc-java, grpc-dotnet and tonic. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RESOURCE_EXHAUSTED | grpc: received message larger than max (5000000 vs. 4194304)",
        "RESOURCE_EXHAUSTED | Received message larger than max (5000000 vs. 4194304)",
        "RESOURCE_EXHAUSTED | grpc: received message after decompression larger than max"
            + " (6624956 vs. 4194304)",
        "RESOURCE_EXHAUSTED | Received message that decompresses to a size larger than 4194304",
        "RESOURCE_EXHAUSTED | gRPC message exceeds maximum size 4194304: 5000000",
        "RESOURCE_EXHAUSTED | Received message exceeds the maximum configured message size.",
        "OUT_OF_RANGE | Error, decoded message length too large: found 5000000 bytes,"
            + " the limit is: 4194304 bytes",
      })
  void aMessageOverTheServersLimitIsRefusedToBeTakenApart(Status.Code code, String text)
      throws Exception {
    ExportResult result = export(false, code.toStatus().withDescription(text), false);
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .hasSize(2)
        .allMatch(refused -> refused.item() < 0 && refused.reason().equals("too_large"));
  }

  /** It would be taken apart down to single items, and all of them be dead letters. */
  @Test
  void aQuotaInSimilarWordsIsNotAboutTheMessage() throws Exception {
    Status status =
        Status.RESOURCE_EXHAUSTED.withDescription(
            "in other words: a rate of 12000 exceeds maximum 10000, is larger than max of your plan");
    assertAllAgain(export(false, status, false), status, 0);
  }
}
