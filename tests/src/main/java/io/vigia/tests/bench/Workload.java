package io.vigia.tests.bench;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.tests.client.Otlp;
import java.util.Random;

/** What is sent, and where it goes. */
enum Workload {
  /** Fluentd forward, 300-byte events, 1,000 a chunk, acknowledged → {@code _bulk}. */
  FORWARD(1_000, "logs"),
  /** OTLP/gRPC logs with 300-byte bodies, 100 a request → {@code _bulk}. */
  LOGS(100, "logs"),
  /** OTLP/gRPC spans of about 500 bytes, 100 a request → OTLP/gRPC uncompressed. */
  SPANS100(100, "traces"),
  /** The same, 10 a request. */
  SPANS10(10, "traces");

  private static final int BODY_BYTES = 300;

  private final int eventsPerRequest;
  private final String signal;

  Workload(int eventsPerRequest, String signal) {
    this.eventsPerRequest = eventsPerRequest;
    this.signal = signal;
  }

  int eventsPerRequest() {
    return eventsPerRequest;
  }

  /** As in the collector's metrics. */
  String signal() {
    return signal;
  }

  boolean grpc() {
    return this != FORWARD;
  }

  /** The service's method, for gRPC. */
  String method() {
    return this == LOGS
        ? "opentelemetry.proto.collector.logs.v1.LogsService/Export"
        : "opentelemetry.proto.collector.trace.v1.TraceService/Export";
  }

  /** The kind of {@link Sink}. */
  String sink() {
    return signal.equals("logs") ? "bulk" : "grpc";
  }

  /** One line under {@code destinations}. */
  String destination(String sinkUrl) {
    return this == SPANS100 || this == SPANS10
        ? "jaeger: {endpoint: \"" + sinkUrl + "\"}"
        : "elasticsearch: {url: \"" + sinkUrl + "\", gzip: false}";
  }

  /** The body of a gRPC request. */
  byte[] otlpRequest() {
    Resource resource =
        Resource.newBuilder()
            .addAttributes(Otlp.attribute("service.name", "bench"))
            .addAttributes(Otlp.attribute("host.name", "node-1.example"))
            .addAttributes(Otlp.attribute("k8s.pod.name", "bench-5d8c7f-abcde"))
            .build();
    Random random = new Random(1);
    long now = System.currentTimeMillis() * 1_000_000L;
    if (this == LOGS) {
      ScopeLogs.Builder scope = ScopeLogs.newBuilder();
      for (int i = 0; i < eventsPerRequest; i++) {
        scope.addLogRecords(
            LogRecord.newBuilder()
                .setTimeUnixNano(now)
                .setSeverityNumberValue(9)
                .setBody(Otlp.attribute("", text(random, BODY_BYTES)).getValue()));
      }
      return ExportLogsServiceRequest.newBuilder()
          .addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(scope))
          .build()
          .toByteArray();
    }
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < eventsPerRequest; i++) {
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(bytes(random, 16))
              .setSpanId(bytes(random, 8))
              .setParentSpanId(bytes(random, 8))
              .setName("GET /api/orders/{id}")
              .setKind(Span.SpanKind.SPAN_KIND_SERVER)
              .setStartTimeUnixNano(now)
              .setEndTimeUnixNano(now + 5_000_000)
              .addAttributes(Otlp.attribute("http.request.method", "GET"))
              .addAttributes(Otlp.attribute("url.path", "/api/orders/" + random.nextInt(100_000)))
              .addAttributes(Otlp.attribute("server.address", "orders.example"))
              .addAttributes(Otlp.attribute("user_agent.original", text(random, 120)))
              .addAttributes(Otlp.attribute("http.route", "/api/orders/{id}"))
              .addAttributes(Otlp.attribute("thread.name", "worker-" + random.nextInt(64))));
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(resource).addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  /** Words, so that it compresses as text does. */
  static String text(Random random, int length) {
    StringBuilder text = new StringBuilder(length + 10);
    while (text.length() < length) {
      int word = random.nextInt(5_000);
      text.append(Integer.toString(word * 7_919, 36)).append(' ');
    }
    text.setLength(length);
    return text.toString();
  }

  private static ByteString bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
