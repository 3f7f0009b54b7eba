package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The OpenTelemetry SDK for Java, as a program without our agent uses it. */
final class JavaSdk {
  private static final int BATCH = 50;
  private static final int LIMIT_SECONDS = 60;

  private JavaSdk() {}

  /**
   * Sends so many spans named {@code java <kind> <i>}, each with a log of the same body, ids and
   * attributes, compressed by gzip.
   */
  static List<SentEvent> send(String kind, String address, int count) {
    boolean grpc = kind.equals("grpc");
    try (SdkTracerProvider spans =
            SdkTracerProvider.builder()
                .addSpanProcessor(
                    BatchSpanProcessor.builder(spans(grpc, "http://" + address))
                        .setMaxExportBatchSize(BATCH)
                        .build())
                .build();
        SdkLoggerProvider logs =
            SdkLoggerProvider.builder()
                .addLogRecordProcessor(
                    BatchLogRecordProcessor.builder(logs(grpc, "http://" + address))
                        .setMaxExportBatchSize(BATCH)
                        .build())
                .build()) {
      Tracer tracer = spans.get("interop");
      Logger logger = logs.get("interop");
      List<SentEvent> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = "java " + kind + " " + i;
        Attributes attributes =
            Attributes.builder()
                .put("interop.n", i)
                .put("interop.ratio", i + 0.5)
                .put("interop.even", i % 2 == 0)
                .put("interop.text", "ünï " + i)
                .build();
        Span span = tracer.spanBuilder(name).setAllAttributes(attributes).startSpan();
        logger
            .logRecordBuilder()
            .setContext(Context.root().with(span))
            .setBody(name)
            .setAllAttributes(attributes)
            .emit();
        span.end();
        SpanContext ids = span.getSpanContext();
        sent.add(new SentEvent(name, i, ids.getTraceId(), ids.getSpanId()));
      }
      assertThat(spans.forceFlush().join(LIMIT_SECONDS, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(logs.forceFlush().join(LIMIT_SECONDS, TimeUnit.SECONDS).isSuccess()).isTrue();
      return sent;
    }
  }

  private static SpanExporter spans(boolean grpc, String url) {
    return grpc
        ? OtlpGrpcSpanExporter.builder().setEndpoint(url).setCompression("gzip").build()
        : OtlpHttpSpanExporter.builder()
            .setEndpoint(url + "/v1/traces")
            .setCompression("gzip")
            .build();
  }

  private static LogRecordExporter logs(boolean grpc, String url) {
    return grpc
        ? OtlpGrpcLogRecordExporter.builder().setEndpoint(url).setCompression("gzip").build()
        : OtlpHttpLogRecordExporter.builder()
            .setEndpoint(url + "/v1/logs")
            .setCompression("gzip")
            .build();
  }
}
