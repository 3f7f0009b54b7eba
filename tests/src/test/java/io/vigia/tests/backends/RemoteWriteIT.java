package io.vigia.tests.backends;

import static io.vigia.tests.backends.Backend.PROMETHEUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.client.PrometheusQueries;
import io.vigia.tests.collector.CollectorProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the collector pushes, as the real Prometheus shows it. */
@Needs(PROMETHEUS)
class RemoteWriteIT {
  private static final String TRACE = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

  private final Prometheus server = new Prometheus();
  private final PrometheusQueries queries = new PrometheusQueries(server.url());
  private CollectorProcess collector;
  private OtlpClient client;

  @BeforeEach
  void start() {
    server.start();
    collector =
        CollectorProcess.builder()
            .destination("prometheus: {remoteWrite: \"" + server.remoteWriteUrl() + "\"}")
            .build()
            .start();
    client = new OtlpClient(collector.otlpGrpcPort(), 10_000);
  }

  @AfterEach
  void stop() {
    client.close();
    collector.close();
    server.close();
  }

  @Test
  void exemplarsOfCountersAndBucketsLeadToTheirTrace() {
    long now = nowNanos();
    send(
        Metric.newBuilder()
            .setName("orders")
            .setSum(
                Sum.newBuilder()
                    .setIsMonotonic(true)
                    .setAggregationTemporality(
                        AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                    .addDataPoints(
                        NumberDataPoint.newBuilder()
                            .setTimeUnixNano(now)
                            .setAsInt(7)
                            .addExemplars(exemplar(1, now)))),
        Metric.newBuilder()
            .setName("latency")
            .setUnit("s")
            .setHistogram(
                Histogram.newBuilder()
                    .setAggregationTemporality(
                        AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                    .addDataPoints(
                        HistogramDataPoint.newBuilder()
                            .setTimeUnixNano(now)
                            .addAllExplicitBounds(List.of(0.1, 1.0))
                            .addAllBucketCounts(List.of(2L, 1L, 0L))
                            .setCount(3)
                            .setSum(0.6)
                            .addExemplars(exemplar(0.5, now)))));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertExemplar("orders_total", 1);
              assertExemplar("latency_seconds_bucket{le=\"1\"}", 0.5);
            });
    assertThat(queries.exemplars("latency_seconds_bucket{le=\"0.1\"}", 5)).isEmpty();
    assertThat(queries.sum("latency_seconds_bucket{job=\"shop\",le=\"1\"}")).isEqualTo(3);
  }

  private void assertExemplar(String selector, double value) {
    JsonNode exemplar = queries.exemplars(selector, 5).path(0).path("exemplars").path(0);
    assertThat(exemplar.path("labels").path("trace_id").asText()).isEqualTo(TRACE);
    assertThat(exemplar.path("labels").path("span_id").asText()).isEqualTo(TRACE.substring(16));
    assertThat(exemplar.path("value").asDouble()).isEqualTo(value);
  }

  private void send(Metric.Builder... metrics) {
    ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
    var scope =
        request
            .addResourceMetricsBuilder()
            .setResource(
                Resource.newBuilder().addAttributes(Otlp.attribute("service.name", "shop")))
            .addScopeMetricsBuilder();
    Arrays.stream(metrics).forEach(scope::addMetrics);
    assertThat(client.send(request.build()).getPartialSuccess().getRejectedDataPoints()).isZero();
  }

  private static Exemplar.Builder exemplar(double value, long nanos) {
    byte[] id = new byte[16];
    Arrays.fill(id, (byte) 10);
    return Exemplar.newBuilder()
        .setAsDouble(value)
        .setTimeUnixNano(nanos)
        .setTraceId(ByteString.copyFrom(id))
        .setSpanId(ByteString.copyFrom(id, 0, 8));
  }

  private static long nowNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }
}
