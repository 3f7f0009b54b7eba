package io.vigia.collector.export.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.net.TestCertificates;
import io.vigia.collector.net.TlsOptions;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.forward.ForwardSecurity;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From this exporter to this collector's own receiver, with everything that may be set. */
class ForwardRoundTripTest {
  @TempDir private Path folder;
  private final FakeIntake intake = new FakeIntake();

  private static final LogRecord LOG =
      LogRecord.newBuilder()
          .setTimeUnixNano(TestBatches.NANOS)
          .setSeverityText("WARN")
          .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_WARN)
          .setBody(text("größer ✓"))
          .setFlags(1)
          .setTraceId(com.google.protobuf.ByteString.copyFromUtf8("0123456789abcdef"))
          .setSpanId(com.google.protobuf.ByteString.copyFromUtf8("01234567"))
          .addAttributes(
              TestBatches.attribute("int", AnyValue.newBuilder().setIntValue(Long.MIN_VALUE)))
          .addAttributes(TestBatches.attribute("real", AnyValue.newBuilder().setDoubleValue(-0.25)))
          .addAttributes(TestBatches.attribute("bool", AnyValue.newBuilder().setBoolValue(true)))
          .addAttributes(
              TestBatches.attribute(
                  "bytes",
                  AnyValue.newBuilder()
                      .setBytesValue(
                          com.google.protobuf.ByteString.copyFrom(new byte[] {(byte) 0xff, 0}))))
          .addAttributes(
              TestBatches.attribute(
                  "nested",
                  AnyValue.newBuilder()
                      .setKvlistValue(
                          KeyValueList.newBuilder()
                              .addValues(
                                  TestBatches.attribute(
                                      "list",
                                      AnyValue.newBuilder()
                                          .setArrayValue(
                                              ArrayValue.newBuilder()
                                                  .addValues(text("a"))
                                                  .addValues(text("b"))))))))
          .build();

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static ExportLogsServiceRequest request() {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(TestBatches.resource())
                .addScopeLogs(
                    ScopeLogs.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName("shop.Orders"))
                        .addLogRecords(LOG)
                        .addLogRecords(LOG)))
        .build();
  }

  private ForwardReceiver receiver() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "k3y");
    Path users = Files.writeString(folder.resolve("users"), "me:open sesame");
    ForwardReceiver receiver =
        ForwardReceiver.builder()
            .listen(new InetSocketAddress("127.0.0.1", 0))
            .intake(intake)
            .metrics(intake.metrics)
            .tls(
                ServerTls.load(
                    "test",
                    TestCertificates.SERVER.certificate(),
                    TestCertificates.SERVER.key(),
                    null,
                    List.of()))
            .security(ForwardSecurity.load("test", key, users, "vigia"))
            .build();
    receiver.start();
    return receiver;
  }

  private ForwardExporter exporter(ForwardReceiver receiver, int timeoutMillis) throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "open sesame\n");
    return ForwardExporter.builder()
        .address("https://127.0.0.1:" + receiver.address().getPort())
        .tag("shop")
        .gzip(true)
        .identity(ForwardIdentity.of(folder.resolve("key"), "me", password))
        .client(
            ClientOptions.defaults()
                .withTls(TlsOptions.trusting(TestCertificates.SERVER.certificate()))
                .withTimeoutMillis(timeoutMillis))
        .build();
  }

  @Test
  void aRecordComesBackAsItWent() throws Exception {
    try (ForwardReceiver receiver = receiver();
        ForwardExporter exporter = exporter(receiver, 30_000)) {
      assertThat(exporter.check().ok()).isTrue();
      ExportResult result =
          exporter.export(TestBatches.batch(Signal.LOGS, request())).get(30, TimeUnit.SECONDS);
      assertThat(result).isEqualTo(ExportResult.delivered());
    }
    assertThat(intake.taken).hasSize(1);
    var back = ExportLogsServiceRequest.parseFrom(intake.taken.get(0).payload());
    assertThat(back.getResourceLogsCount()).isEqualTo(1);
    ResourceLogs resource = back.getResourceLogs(0);
    assertThat(resource.getResource()).isEqualTo(TestBatches.resource());
    assertThat(resource.getScopeLogs(0).getScope().getName()).isEqualTo("shop.Orders");
    KeyValue tag = TestBatches.attribute("fluent.tag", "shop");
    LogRecord expected = LOG.toBuilder().addAttributes(tag).build();
    assertThat(resource.getScopeLogs(0).getLogRecordsList())
        .extracting(log -> log.toBuilder().clearObservedTimeUnixNano().build())
        .containsExactly(expected, expected);
  }

  @Test
  void whatIsNotStoredIsNotAcknowledged() throws Exception {
    try (ForwardReceiver receiver = receiver();
        ForwardExporter exporter = exporter(receiver, 2_000)) {
      intake.failWith(new IntakeException.Overloaded("quota", "full", 60_000));
      ExportResult result =
          exporter.export(TestBatches.batch(Signal.LOGS, request())).get(30, TimeUnit.SECONDS);
      assertThat(result.retry()).hasSize(1);
      assertThat(result.retryReason()).contains("no acknowledgement within 2000 ms");
    }
  }
}
