package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.NANOS;
import static io.vigia.collector.export.TestBatches.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.ExporterContractTest;
import io.vigia.collector.export.TestBatches;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The exporters' contract, and what a scraper gets. */
class ScrapeExporterTest extends ExporterContractTest {
  private static final String PLAIN = "text/plain";
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private final AtomicLong nanos = new AtomicLong();
  private final ScrapeExporter exporter =
      ScrapeExporter.builder()
          .listen(new InetSocketAddress("127.0.0.1", 0))
          .maxSeries(4)
          .expiryMillis(300_000)
          .clock(nanos::get)
          .build();

  @BeforeEach
  void start() throws IOException {
    exporter.start();
  }

  @AfterEach
  void close() {
    exporter.close();
  }

  @Override
  protected Exporter newExporter() {
    return ScrapeExporter.builder().listen(new InetSocketAddress("127.0.0.1", 0)).build();
  }

  @Override
  protected Signal signal() {
    return Signal.METRICS;
  }

  @Test
  void onlyTheItemsThatAreWantedAreShown() throws Exception {
    ExportBatch batch = batch(gauge("a", 1, 1), gauge("b", 1, 2));
    java.util.BitSet second = new java.util.BitSet();
    second.set(1);
    export(
        new ExportBatch(
            Signal.METRICS,
            List.of(new ExportBatch.Entry(batch.entries().get(0).record(), second))));
    assertThat(scrape(PLAIN)).contains("\nb{").doesNotContain("\na{");
  }

  @Test
  void textHasHelpTypeAndTheNewestValue() throws Exception {
    export(batch(gauge("a", 2, 7), gauge("a", 1, 5))); // the older one comes later
    assertThat(scrape(PLAIN))
        .isEqualTo(
            """
            # HELP a What it is
            # TYPE a gauge
            a{instance="shop-1",job="shop"} 7
            # HELP target_info Target metadata
            # TYPE target_info gauge
            target_info{instance="shop-1",job="shop",k8s_pod_name="shop-6f7"} 1
            """);
  }

  @Test
  void openMetricsHasUnitsAndExemplars() throws Exception {
    export(
        batch(
            Metric.newBuilder()
                .setName("wait")
                .setUnit("s")
                .setHistogram(
                    Histogram.newBuilder()
                        .setAggregationTemporality(
                            AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .addDataPoints(
                            HistogramDataPoint.newBuilder()
                                .setTimeUnixNano(NANOS)
                                .addExplicitBounds(1)
                                .addAllBucketCounts(List.of(1L, 0L))
                                .setCount(1)
                                .setSum(0.5)
                                .addExemplars(
                                    Exemplar.newBuilder()
                                        .setAsDouble(0.5)
                                        .setTimeUnixNano(NANOS)
                                        .setTraceId(
                                            ByteString.copyFrom(
                                                new byte[] {
                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
                                                })))))));
    assertThat(scrape(OPEN_METRICS))
        .contains("# TYPE wait_seconds histogram\n# UNIT wait_seconds seconds\n")
        .contains(
            "wait_seconds_bucket{instance=\"shop-1\",job=\"shop\",le=\"1\"} 1"
                + " # {trace_id=\"01010101010101010101010101010101\"} 0.5 1795220885.123\n")
        .contains("# TYPE target info\ntarget_info{")
        .endsWith("# EOF\n");
    assertThat(scrape(PLAIN)).doesNotContain("trace_id").doesNotContain("EOF");
  }

  @Test
  void deltasAreAddedUp() throws Exception {
    for (int i = 1; i <= 3; i++) {
      export(
          batch(
              Metric.newBuilder()
                  .setName("orders")
                  .setSum(
                      Sum.newBuilder()
                          .setIsMonotonic(true)
                          .setAggregationTemporality(
                              AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                          .addDataPoints(
                              NumberDataPoint.newBuilder()
                                  .setTimeUnixNano(NANOS + i)
                                  .setAsInt(2)))));
    }
    assertThat(scrape(PLAIN)).contains("orders_total{instance=\"shop-1\",job=\"shop\"} 6\n");
  }

  @Test
  void aSeriesIsGoneWhenItIsStaleOrWasNotRenewed() throws Exception {
    export(batch(gauge("a", 1, 1), gauge("b", 1, 1)));
    Metric.Builder stale = gauge("a", 2, 0);
    stale
        .getGaugeBuilder()
        .getDataPointsBuilder(0)
        .setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE);
    export(batch(stale));
    assertThat(scrape(PLAIN)).contains("\nb{").doesNotContain("\na{");
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(4));
    assertThat(scrape(PLAIN)).contains("\nb{");
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(2));
    assertThat(scrape(PLAIN)).isEmpty();
  }

  @Test
  void aSeriesWhoseClockWasSetBackIsNotShownAsItWasForEver() throws Exception {
    export(batch(gauge("a", 1_000_000, 1)));
    for (int minute = 1; minute <= 5; minute++) {
      nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
      export(batch(gauge("a", minute, 2)));
    }
    assertThat(scrape(PLAIN))
        .as("it may only be late")
        .contains("a{instance=\"shop-1\",job=\"shop\"} 1\n");
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
    export(batch(gauge("a", 6, 3)));
    assertThat(scrape(PLAIN)).contains("a{instance=\"shop-1\",job=\"shop\"} 3\n");
    export(batch(gauge("a", 7, 4)));
    assertThat(scrape(PLAIN)).contains("a{instance=\"shop-1\",job=\"shop\"} 4\n");
  }

  @Test
  void beyondTheLimitNewSeriesAreRefusedAndKnownOnesGoOn() throws Exception {
    // with target_info four series
    assertThat(export(batch(gauge("a", 1, 1), gauge("b", 1, 1), gauge("c", 1, 1))))
        .isEqualTo(ExportResult.delivered());
    ExportResult result = export(batch(gauge("a", 2, 9), gauge("d", 1, 1)));
    assertThat(result.refused())
        .extracting(ExportResult.Refused::item, ExportResult.Refused::reason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(1, "series_limit"));
    assertThat(scrape(PLAIN)).contains("a{instance=\"shop-1\",job=\"shop\"} 9\n");
  }

  @Test
  void oneNameIsOneKindOfMetric() throws Exception {
    export(batch(gauge("a.total", 1, 1)));
    ExportResult result =
        export(
            batch(
                Metric.newBuilder()
                    .setName("a")
                    .setSum(
                        Sum.newBuilder()
                            .setIsMonotonic(true)
                            .setAggregationTemporality(
                                AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                            .addDataPoints(
                                NumberDataPoint.newBuilder().setTimeUnixNano(NANOS).setAsInt(2)))));
    assertThat(result.refused())
        .extracting(ExportResult.Refused::reason)
        .containsExactly("type_conflict");
    assertThat(scrape(PLAIN).lines().filter(line -> line.startsWith("# TYPE a_total"))).hasSize(1);
  }

  @Test
  void scopesAreLabelsWhenAskedFor() throws Exception {
    var request = ExportMetricsServiceRequest.newBuilder();
    var resource = request.addResourceMetricsBuilder().setResource(TestBatches.resource());
    for (String name : List.of("http", "")) {
      resource
          .addScopeMetricsBuilder()
          .setScope(
              InstrumentationScope.newBuilder()
                  .setName(name)
                  .setVersion(name.isEmpty() ? "" : "1.2")
                  .addAllAttributes(
                      name.isEmpty() ? List.of() : List.of(attribute("scope.kind", "lib"))))
          .setSchemaUrl(name.isEmpty() ? "" : "https://s/1")
          .addMetrics(gauge("a", 1, 1));
    }
    ExportBatch batch = TestBatches.batch(Signal.METRICS, request.build());
    try (ScrapeExporter labelled =
        ScrapeExporter.builder()
            .listen(new InetSocketAddress("127.0.0.1", 0))
            .scopeLabels(true)
            .build()) {
      labelled.start();
      labelled.export(batch).join();
      assertThat(scrape(labelled, PLAIN))
          .contains(
              "a{instance=\"shop-1\",job=\"shop\",otel_scope_name=\"http\","
                  + "otel_scope_schema_url=\"https://s/1\",otel_scope_scope_kind=\"lib\","
                  + "otel_scope_version=\"1.2\"} 1\n")
          .contains("a{instance=\"shop-1\",job=\"shop\"} 1\n");
    }
    export(batch);
    assertThat(scrape(PLAIN)).doesNotContain("otel_scope");
  }

  @Test
  void valuesAreEscaped() throws Exception {
    Metric.Builder metric = gauge("a", 1, 1);
    metric.setDescription("two\nlines \\ \"quoted\"");
    metric
        .getGaugeBuilder()
        .getDataPointsBuilder(0)
        .addAttributes(attribute("path", "C:\\x\n\"y\""));
    export(batch(metric));
    assertThat(scrape(PLAIN))
        .contains("# HELP a two\\nlines \\\\ \"quoted\"\n")
        .contains("path=\"C:\\\\x\\n\\\"y\\\"\"");
  }

  @Test
  void manySeriesAreShownWithoutTheirWholeTextInMemory() throws Exception {
    try (ScrapeExporter large =
        ScrapeExporter.builder().listen(new InetSocketAddress("127.0.0.1", 0)).build()) {
      large.start();
      for (int i = 0; i < 3_000; i++) {
        Metric.Builder metric = gauge("a", 1, i);
        metric
            .getGaugeBuilder()
            .getDataPointsBuilder(0)
            .addAttributes(attribute("path", "/orders/" + i));
        assertThat(large.export(batch(metric)).join().refused()).isEmpty();
      }
      HttpResponse<String> answer = answer(large, PLAIN);
      assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
      assertThat(answer.body().lines().filter(line -> line.startsWith("a{")).distinct())
          .hasSize(3_000);
      assertThat(answer.body().lines().filter(line -> line.startsWith("# TYPE a "))).hasSize(1);
      assertThat(answer(large, OPEN_METRICS).body()).endsWith("\n# EOF\n");
    }
  }

  private ExportResult export(ExportBatch batch) {
    return exporter.export(batch).join();
  }

  private static Metric.Builder gauge(String name, int seconds, double value) {
    return Metric.newBuilder()
        .setName(name)
        .setDescription("What it is")
        .setGauge(
            Gauge.newBuilder()
                .addDataPoints(
                    NumberDataPoint.newBuilder()
                        .setTimeUnixNano(NANOS + seconds * 1_000_000_000L)
                        .setAsDouble(value)));
  }

  private static ExportBatch batch(Metric.Builder... metrics) {
    var request = ExportMetricsServiceRequest.newBuilder();
    var scope =
        request
            .addResourceMetricsBuilder()
            .setResource(TestBatches.resource())
            .addScopeMetricsBuilder();
    for (Metric.Builder metric : metrics) {
      scope.addMetrics(metric);
    }
    return TestBatches.batch(Signal.METRICS, request.build());
  }

  private String scrape(String accept) throws Exception {
    return scrape(exporter, accept);
  }

  private static String scrape(ScrapeExporter exporter, String accept) throws Exception {
    return answer(exporter, accept).body();
  }

  private static HttpResponse<String> answer(ScrapeExporter exporter, String accept)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + exporter.address().getPort() + "/metrics"))
            .header("accept", accept)
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith(accept.substring(0, 10));
    return answer;
  }
}
