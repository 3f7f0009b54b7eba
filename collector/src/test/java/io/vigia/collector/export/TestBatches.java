package io.vigia.collector.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Batches made with the official messages. */
public final class TestBatches {
  /** 2026-11-21T00:28:05.123456789Z. */
  public static final long NANOS = 1_795_220_885_123_456_789L;

  private TestBatches() {}

  /** One record per message. */
  public static ExportBatch batch(Signal signal, Map<String, String> intake, MessageLite... all) {
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      Envelope envelope = new Envelope(NANOS + 1, "test", "", intake);
      entries.add(
          new ExportBatch.Entry(
              new io.vigia.collector.core.LogRecord(
                  new RecordId(0x1122334455667788L, 7, 100 + i),
                  signal,
                  envelope,
                  items(all[i]),
                  ByteBuffer.wrap(all[i].toByteArray())),
              null));
    }
    return new ExportBatch(signal, entries);
  }

  public static ExportBatch batch(Signal signal, MessageLite... all) {
    return batch(signal, Map.of(), all);
  }

  /** Records with this many plain items each. */
  public static ExportBatch simple(Signal signal, int... itemsOfRecords) {
    return batch(
        signal,
        Arrays.stream(itemsOfRecords)
            .mapToObj(
                count ->
                    switch (signal) {
                      case LOGS -> logs(count);
                      case TRACES -> spans(count);
                      case METRICS -> gauges(count);
                    })
            .toArray(MessageLite[]::new));
  }

  public static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  public static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  public static Resource resource() {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", "shop"))
        .addAttributes(attribute("service.instance.id", "shop-1"))
        .addAttributes(attribute("k8s.pod.name", "shop-6f7"))
        .build();
  }

  static ExportLogsServiceRequest logs(int count) {
    var request = ExportLogsServiceRequest.newBuilder();
    var scope = request.addResourceLogsBuilder().setResource(resource()).addScopeLogsBuilder();
    for (int i = 0; i < count; i++) {
      scope.addLogRecords(
          LogRecord.newBuilder()
              .setTimeUnixNano(NANOS + i)
              .setSeverityText("INFO")
              .setBody(AnyValue.newBuilder().setStringValue("line " + i)));
    }
    return request.build();
  }

  static ExportTraceServiceRequest spans(int count) {
    var request = ExportTraceServiceRequest.newBuilder();
    var scope = request.addResourceSpansBuilder().setResource(resource()).addScopeSpansBuilder();
    for (int i = 0; i < count; i++) {
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(
                  ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6}))
              .setSpanId(ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) (i + 1)}))
              .setName("GET /" + i)
              .setKind(Span.SpanKind.SPAN_KIND_SERVER)
              .setStartTimeUnixNano(NANOS)
              .setEndTimeUnixNano(NANOS + 1_000_000 + i));
    }
    return request.build();
  }

  static ExportMetricsServiceRequest gauges(int count) {
    var request = ExportMetricsServiceRequest.newBuilder();
    var scope =
        request.addResourceMetricsBuilder().setResource(resource()).addScopeMetricsBuilder();
    var gauge = Gauge.newBuilder();
    for (int i = 0; i < count; i++) {
      gauge.addDataPoints(
          NumberDataPoint.newBuilder()
              .addAttributes(attribute("number", Integer.toString(i)))
              .setTimeUnixNano(NANOS)
              .setAsDouble(i));
    }
    scope.addMetrics(Metric.newBuilder().setName("queue.depth").setUnit("{items}").setGauge(gauge));
    return request.build();
  }

  private static int items(MessageLite request) {
    if (request instanceof ExportLogsServiceRequest logs) {
      return logs.getResourceLogsList().stream()
          .flatMap(r -> r.getScopeLogsList().stream())
          .mapToInt(s -> s.getLogRecordsCount())
          .sum();
    }
    if (request instanceof ExportTraceServiceRequest traces) {
      return traces.getResourceSpansList().stream()
          .flatMap(r -> r.getScopeSpansList().stream())
          .mapToInt(s -> s.getSpansCount())
          .sum();
    }
    return ((ExportMetricsServiceRequest) request)
        .getResourceMetricsList().stream()
            .flatMap(r -> r.getScopeMetricsList().stream())
            .flatMap(s -> s.getMetricsList().stream())
            .mapToInt(
                m ->
                    m.getGauge().getDataPointsCount()
                        + m.getSum().getDataPointsCount()
                        + m.getHistogram().getDataPointsCount()
                        + m.getExponentialHistogram().getDataPointsCount()
                        + m.getSummary().getDataPointsCount())
            .sum();
  }
}
