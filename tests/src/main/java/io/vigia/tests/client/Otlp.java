package io.vigia.tests.client;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.util.List;

/** Small OTLP requests from one service. */
public final class Otlp {
  private Otlp() {}

  /** One log record per message, with the attribute {@code test.id} equal to the message. */
  public static ExportLogsServiceRequest logs(String service, List<String> messages) {
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    long now = nowNanos();
    for (String message : messages) {
      scope.addLogRecords(
          LogRecord.newBuilder()
              .setTimeUnixNano(now)
              .setObservedTimeUnixNano(now)
              .setSeverityText("INFO")
              .setSeverityNumberValue(9)
              .setBody(text(message))
              .addAttributes(attribute("test.id", message)));
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder().setResource(resource(service)).addScopeLogs(scope))
        .build();
  }

  /** One span per trace id (two longs each), named {@code work}. */
  public static ExportTraceServiceRequest spans(String service, List<long[]> traceIds) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    long now = nowNanos();
    for (long[] id : traceIds) {
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(traceId(id[0], id[1]))
              .setSpanId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id[1]).flip()))
              .setName("work")
              .setKind(Span.SpanKind.SPAN_KIND_SERVER)
              .setStartTimeUnixNano(now - 1_000_000)
              .setEndTimeUnixNano(now));
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder().setResource(resource(service)).addScopeSpans(scope))
        .build();
  }

  /** One point of a monotonic cumulative counter. */
  public static ExportMetricsServiceRequest counter(String service, String name, long value) {
    long now = nowNanos();
    Metric metric =
        Metric.newBuilder()
            .setName(name)
            .setSum(
                Sum.newBuilder()
                    .setIsMonotonic(true)
                    .setAggregationTemporality(
                        AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                    .addDataPoints(
                        NumberDataPoint.newBuilder()
                            .setStartTimeUnixNano(now - 60_000_000_000L)
                            .setTimeUnixNano(now)
                            .setAsInt(value)))
            .build();
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder()
                .setResource(resource(service))
                .addScopeMetrics(ScopeMetrics.newBuilder().addMetrics(metric)))
        .build();
  }

  public static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(text(value)).build();
  }

  private static ByteString traceId(long high, long low) {
    return ByteString.copyFrom(ByteBuffer.allocate(16).putLong(high).putLong(low).flip());
  }

  private static Resource resource(String service) {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", service))
        .addAttributes(attribute("service.instance.id", service + "-1"))
        .build();
  }

  private static AnyValue text(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }

  private static long nowNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }
}
