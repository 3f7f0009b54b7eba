package io.vigia.collector.export.elasticsearch;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.otlp.OtlpSlicer;
import io.vigia.collector.otlp.OtlpValidator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Requests of 100 items: validating and counting, slicing by bytes, writing a bulk request. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(OtlpBenchmark.ITEMS)
public class OtlpBenchmark {
  static final int ITEMS = 100;

  @Param({"LOGS", "TRACES"})
  public Signal signal = Signal.LOGS;

  private final OtlpValidator validator = new OtlpValidator();
  private final BulkWriter bulk = new BulkWriter(0);
  private byte[] request = {};
  private ExportBatch batch = TestBatches.simple(Signal.LOGS, 1);

  @Setup
  public void setUp() {
    MessageLite message = signal == Signal.LOGS ? logs() : spans();
    request = message.toByteArray();
    batch = TestBatches.batch(signal, message);
  }

  private static MessageLite logs() {
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    for (int i = 0; i < ITEMS; i++) {
      scope.addLogRecords(
          LogRecord.newBuilder()
              .setTimeUnixNano(TestBatches.NANOS)
              .setSeverityText("INFO")
              .setBody(AnyValue.newBuilder().setStringValue("GET /orders/" + i + "x".repeat(280)))
              .addAttributes(attribute("thread.name", "http-nio-8080-exec-7")));
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(scope))
        .build();
  }

  private static MessageLite spans() {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < ITEMS; i++) {
      Span.Builder span =
          Span.newBuilder()
              .setTraceId(ByteString.copyFrom(new byte[16]))
              .setSpanId(ByteString.copyFrom(new byte[8]))
              .setName("GET /orders/{id}")
              .setStartTimeUnixNano(TestBatches.NANOS)
              .setEndTimeUnixNano(TestBatches.NANOS + 1_000_000);
      for (int a = 0; a < 10; a++) {
        span.addAttributes(attribute("http.request.attribute." + a, "some value " + i));
      }
      scope.addSpans(span);
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build();
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  @Benchmark
  public int validate() {
    return validator.validate(signal, request, 0, request.length);
  }

  @Benchmark
  public void slice(Blackhole sink) {
    sink.consume(OtlpSlicer.slice(batch, 16 << 10));
  }

  @Benchmark
  public int toBulk() {
    ByteBuf body = bulk.write(batch);
    int bytes = body.readableBytes();
    body.release();
    return bytes;
  }
}
