package io.vigia.tests.backends;

import static io.vigia.tests.backends.Backend.PROMETHEUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
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
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
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
    start("");
  }

  private void start(String settings) {
    server.start();
    collector =
        CollectorProcess.builder()
            .destination(
                "prometheus: {remoteWrite: \"" + server.remoteWriteUrl() + "\"" + settings + "}")
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
    eventually(
        () -> {
          assertExemplar("orders_total", 1);
          assertExemplar("latency_seconds_bucket{le=\"1\"}", 0.5);
        });
    assertThat(queries.exemplars("latency_seconds_bucket{le=\"0.1\"}", 5)).isEmpty();
    assertThat(queries.sum("latency_seconds_bucket{job=\"shop\",le=\"1\"}")).isEqualTo(3);
  }

  @Test
  void exponentialHistogramsAreNativeWhereTheServerHasThem() {
    sendLatencies();
    eventually(
        () -> {
          assertThat(queries.sum("histogram_count(latency_seconds)")).isEqualTo(5);
          assertThat(queries.sum("histogram_sum(latency_seconds)")).isEqualTo(12);
        });
    // (1,2] holds 3, (2,4] holds 2: the middle one is in the first
    assertThat(queries.sum("histogram_quantile(0.5, latency_seconds)")).isBetween(1.0, 2.0);
    assertThat(queries.sum("histogram_fraction(2, 4, latency_seconds)")).isEqualTo(0.4);
    assertThat(queries.query("latency_seconds_bucket")).isEmpty();
    assertThat(queries.query("{__name__=\"vigia_probe\"}")).as("the question").isEmpty();
    assertThat(collector.process().output())
        .contains("takes remote write " + (server.version().startsWith("2.") ? "1.0" : "2.0"));
    // the sum of deltas with different scales
    sendDelta(0, 3);
    sendDelta(1, 4);
    eventually(() -> assertThat(queries.sum("histogram_count(wait_seconds)")).isEqualTo(7));
  }

  @Test
  void nativeOnlyHistogramOfAnApplicationUnderTheAgentKeepsItsBuckets() throws Exception {
    Path root = Folders.projectRoot();
    try (ChildProcess application =
        ChildProcess.command(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + root.resolve("agent/target/vigia-agent.jar"),
                "-cp",
                System.getProperty("java.class.path"),
                Weights.class.getName())
            .name("weights")
            .environment("VIGIA_COLLECTOR", collector.otlpHttpUrl())
            .environment("VIGIA_FORWARD", "127.0.0.1:" + collector.forwardPort())
            .environment("OTEL_METRIC_EXPORT_INTERVAL", "500")
            .start()) {
      eventually(() -> assertThat(queries.sum("histogram_count(weight_kilograms)")).isEqualTo(5));
      assertThat(queries.sum("histogram_sum(weight_kilograms)")).isEqualTo(108);
      assertThat(queries.sum("histogram_fraction(2, 4, weight_kilograms)")).isEqualTo(0.4);
      assertThat(queries.sum("histogram_quantile(1, weight_kilograms)")).isBetween(100.0, 101.0);
      application.stdin().close();
      assertThat(application.awaitExit(Duration.ofSeconds(60))).isZero();
    }
  }

  @Test
  void aServerThatRefusesNativeHistogramsGetsClassicBuckets() {
    assumeTrue(server.version().startsWith("2."), "only 2.x can refuse them");
    client.close();
    collector.close();
    server.stop();
    server.withoutNativeHistograms();
    start(", nativeHistograms: on");
    sendLatencies();
    eventually(
        () -> {
          assertThat(queries.sum("latency_seconds_count")).isEqualTo(5);
          assertThat(queries.sum("latency_seconds_bucket{le=\"2\"}")).isEqualTo(3);
        });
    assertThat(queries.query("histogram_count(latency_seconds)")).isEmpty();
  }

  @Test
  void noRecordedValueEndsTheSeriesAtOnce() {
    long now = nowNanos();
    send(gauge("level", NumberDataPoint.newBuilder().setTimeUnixNano(now - 1_000_000_000)));
    eventually(() -> assertThat(queries.query("level")).hasSize(1));
    send(
        gauge(
            "level",
            NumberDataPoint.newBuilder()
                .setTimeUnixNano(now)
                .setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE)));
    eventually(() -> assertThat(queries.query("level")).isEmpty());
    assertThat(queries.sum("count_over_time(level[5m])"))
        .as("its past is still there")
        .isEqualTo(1);
  }

  @Test
  void badSamplesCostThemselvesOnly() {
    long now = nowNanos();
    send(gauge("level", at(now, 5)));
    eventually(() -> assertThat(queries.sum("level")).isEqualTo(5));
    long hour = 3_600_000_000_000L;
    send(
        gauge("before", at(now, 1)),
        gauge("level", at(now, 6)), // the same time, another value
        gauge("between", at(now, 2)),
        gauge("level", at(now - hour, 7)), // older than the window for late samples
        gauge("after", at(now, 3)),
        gauge("level", at(now + 1_000_000_000, 8)));
    eventually(
        () -> {
          assertThat(queries.sum("before")).isEqualTo(1);
          assertThat(queries.sum("between")).isEqualTo(2);
          assertThat(queries.sum("after")).isEqualTo(3);
          assertThat(queries.sum("level")).isEqualTo(8);
        });
    eventually(
        () ->
            assertThat(collector.metrics().sum("vigia_destination_dropped_items_total"))
                .isEqualTo(2));
    assertThat(dropped("duplicate_timestamp")).isEqualTo(1);
    assertThat(dropped("too_old")).isEqualTo(1);
    assertThat(collector.metrics().sum("vigia_destination_pending_items")).isZero();
  }

  private double dropped(String reason) {
    return collector.metrics().sum("vigia_destination_dropped_items_total", "reason", reason);
  }

  private static NumberDataPoint.Builder at(long nanos, double value) {
    return NumberDataPoint.newBuilder().setTimeUnixNano(nanos).setAsDouble(value);
  }

  private static Metric.Builder gauge(String name, NumberDataPoint.Builder point) {
    if (!point.hasAsDouble() && point.getFlags() == 0) {
      point.setAsDouble(1);
    }
    return Metric.newBuilder().setName(name).setGauge(Gauge.newBuilder().addDataPoints(point));
  }

  private void sendLatencies() {
    send(
        Metric.newBuilder()
            .setName("latency")
            .setUnit("s")
            .setExponentialHistogram(
                ExponentialHistogram.newBuilder()
                    .setAggregationTemporality(
                        AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                    .addDataPoints(exponential(0, 3L, 2L).setSum(12))));
  }

  private void sendDelta(int scale, long count) {
    send(
        Metric.newBuilder()
            .setName("wait")
            .setUnit("s")
            .setExponentialHistogram(
                ExponentialHistogram.newBuilder()
                    .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                    .addDataPoints(exponential(scale, count).setSum(1))));
  }

  /** Buckets from 1 upwards. */
  private static ExponentialHistogramDataPoint.Builder exponential(int scale, Long... counts) {
    return ExponentialHistogramDataPoint.newBuilder()
        .setTimeUnixNano(nowNanos())
        .setScale(scale)
        .setCount(Arrays.stream(counts).mapToLong(Long::longValue).sum())
        .setPositive(
            ExponentialHistogramDataPoint.Buckets.newBuilder().addAllBucketCounts(List.of(counts)));
  }

  private static void eventually(ThrowingRunnable asserted) {
    await().atMost(Duration.ofSeconds(20)).untilAsserted(asserted);
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
