package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Tracer;
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
import java.util.concurrent.TimeUnit;

/** The OpenTelemetry SDK for Java, as a program without our agent uses it. */
final class JavaSdk {
  private static final int BATCH = 50;
  private static final int LIMIT_SECONDS = 60;

  private JavaSdk() {}

  /** Sends so many spans and logs with the body {@code java <kind> <i>}, compressed by gzip. */
  static void send(String kind, String address, int count) {
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
      for (int i = 0; i < count; i++) {
        tracer.spanBuilder("work").startSpan().end();
        logger.logRecordBuilder().setBody("java " + kind + " " + i).emit();
      }
      assertThat(spans.forceFlush().join(LIMIT_SECONDS, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(logs.forceFlush().join(LIMIT_SECONDS, TimeUnit.SECONDS).isSuccess()).isTrue();
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
