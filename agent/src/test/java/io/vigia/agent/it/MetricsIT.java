package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.vigia.agent.programs.Hanging;
import io.vigia.agent.programs.Meters;
import io.vigia.agent.programs.OrderService;
import io.vigia.agent.programs.Shop;
import io.vigia.agent.programs.Web;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point 4: prometheus-metrics 1.x, exemplars, limits, the endpoint. One service for all tests. */
class MetricsIT {

  private static Receiver receiver;
  private static Jvm shop;
  private static int port;

  @BeforeAll
  static void startTheService() throws Exception {
    receiver = Receiver.start();
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    shop =
        Jvm.of(Shop.class, "prometheus-metrics")
            .sendingTo(receiver)
            .option("-Dotel.metric.export.interval=300")
            // else they are gone when the tests of this class take longer than 70 s
            .option("-Dio.prometheus.exemplars.max_retention_period_seconds=3600")
            .environment("VIGIA_METRICS_MAX_SERIES", "20")
            .environment("VIGIA_PROMETHEUS", Integer.toString(port))
            .start();
    shop.await("ready");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> receiver.metric("shop_price_euros").isPresent() && !receiver.spans.isEmpty());
  }

  @AfterAll
  static void stop() {
    shop.close();
    receiver.close();
  }

  @Test
  void familiesOfPrometheusMetricsArriveWithExemplarsThatNameTheirTrace() {
    HistogramDataPoint price =
        receiver.metric("shop_price_euros").orElseThrow().getHistogram().getDataPoints(0);
    assertThat(price.getExplicitBoundsList()).containsExactly(1.0, 10.0);
    assertThat(price.getBucketCountsList()).containsExactly(0L, 1L, 1L);
    assertThat(price.getExemplarsList())
        .isNotEmpty()
        .allSatisfy(
            exemplar ->
                assertThat(exemplar.getTraceId()).isEqualTo(receiver.spans.get(0).getTraceId()));
    assertThat(point("shop_stock")).isEqualTo(12);
    assertThat(
            receiver
                .metric("shop_size")
                .orElseThrow()
                .getSummary()
                .getDataPoints(0)
                .getQuantileValues(0)
                .getValue())
        .isEqualTo(4);
  }

  @Test
  void nativeOnlyHistogramArrivesWithItsBucketsAndItsTrace() {
    ExponentialHistogramDataPoint weight =
        receiver
            .metric("shop_weight_kilograms")
            .orElseThrow()
            .getExponentialHistogram()
            .getDataPoints(0);
    assertThat(weight.getScale()).isZero();
    assertThat(weight.getCount()).isEqualTo(2);
    assertThat(weight.getSum()).isEqualTo(19);
    assertThat(weight.getPositive().getOffset()).isEqualTo(1);
    assertThat(weight.getPositive().getBucketCountsList()).containsExactly(1L, 0L, 1L);
    assertThat(weight.getExemplarsList())
        .isNotEmpty()
        .allSatisfy(
            exemplar ->
                assertThat(exemplar.getTraceId()).isEqualTo(receiver.spans.get(0).getTraceId()));
  }

  @Test
  void seriesOfOneMetricAreLimitedAndWhatIsLeftOutIsCounted() {
    assertThat(receiver.metric("shop_orders").orElseThrow().getSum().getDataPointsCount())
        .isEqualTo(20);
    Metric leftOut = receiver.metric("vigia.agent.series.left_out").orElseThrow();
    assertThat(leftOut.getGauge().getDataPoints(0).getAsInt()).isEqualTo(30);
  }

  @Test
  void ownEndpointHasEveryFamilyOnceWithExemplarsAndTargetInfo() throws Exception {
    String text = scrape(port);
    String traceId = HexFormat.of().formatHex(receiver.spans.get(0).getTraceId().toByteArray());
    assertThat(text)
        .contains("target_info{")
        .contains("service_name=\"" + Shop.class.getName() + "\"")
        .contains("shop_stock")
        .contains("jvm_memory_used_bytes{")
        .containsPattern("shop_price_euros_bucket\\{.*le=\"10\\.0\".* # \\{.*" + traceId);
    List<String> types = text.lines().filter(line -> line.startsWith("# TYPE ")).toList();
    assertThat(types).doesNotHaveDuplicates().hasSizeGreaterThan(10);
  }

  /** By the bridge and not by the registry for Prometheus, which has the same ones. */
  @Test
  void metersOfMicrometerAreInEachExportOnceAndOnTheEndpointOnce() throws Exception {
    int endpoint;
    try (ServerSocket free = new ServerSocket(0)) {
      endpoint = free.getLocalPort();
    }
    try (Receiver other = Receiver.start();
        Jvm meters =
            Jvm.of(Meters.class, "micrometer", "prometheus-metrics", "HdrHistogram", "LatencyUtils")
                .sendingTo(other)
                .option("-Dotel.metric.export.interval=300")
                .environment("VIGIA_PROMETHEUS", Integer.toString(endpoint))
                .argument("told")
                .start()) {
      meters.await("ready");
      meters.awaitUnlessEnded(
          () -> other.metrics.stream().anyMatch(metric -> metric.getName().contains("alone")));
      List<String> last =
          other.metricExports.get(other.metricExports.size() - 1).stream()
              .map(Metric::getName)
              .filter(name -> name.startsWith("meters"))
              .map(name -> name.replace('.', '_'))
              .toList();
      String text = scrape(endpoint);
      meters.endWell();
      for (String family :
          new String[] {"meters_orders", "meters_stock", "meters_wait", "meters_alone"}) {
        assertThat(last).filteredOn(name -> name.matches(family + "(_total|_seconds)?")).hasSize(1);
      }
      assertThat(text.lines().filter(line -> line.startsWith("meters_orders_total")))
          .singleElement()
          .asString()
          .contains("kind=\"web\"")
          .endsWith(" 2.0");
      assertThat(text.lines().filter(line -> line.startsWith("meters_stock"))).hasSize(1);
      assertThat(text.lines().filter(line -> line.matches("meters_wait\\w*_count.*"))).hasSize(1);
    }
  }

  private static String scrape(int endpoint) throws Exception {
    HttpRequest scrape =
        HttpRequest.newBuilder(URI.create("http://localhost:" + endpoint + "/metrics"))
            .header("Accept", "application/openmetrics-text; version=1.0.0")
            .build();
    return HttpClient.newHttpClient().send(scrape, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void temporalityAndKindOfHistogramAreWhatTheUserAsksFor() throws Exception {
    try (Receiver other = Receiver.start();
        Jvm jvm =
            Jvm.of(Shop.class, "prometheus-metrics")
                .sendingTo(other)
                .option("-Dotel.metric.export.interval=300")
                .environment("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
                .environment(
                    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                    "base2_exponential_bucket_histogram")
                .start()) {
      jvm.await("ready");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> other.metric("http.server.request.duration").isPresent());
      Metric latency = other.metric("http.server.request.duration").orElseThrow();
      assertThat(latency.getExponentialHistogram().getAggregationTemporality())
          .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
      assertThat(
              receiver
                  .metric("http.server.request.duration")
                  .orElseThrow()
                  .getHistogram()
                  .getAggregationTemporality())
          .as("without a setting")
          .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }
  }

  @Test
  void temporalityAndKindOfHistogramAreWhatTheCollectorAsksForUnlessTheUserDoes() throws Exception {
    try (Receiver other = Receiver.start()) {
      other.metricsForm = "{\"temporality\":\"delta\",\"histograms\":\"exponential\"}";
      Metric asked = latency(other, Map.of());
      assertThat(asked.getExponentialHistogram().getAggregationTemporality())
          .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
      assertThat(other.metric("shop_orders").orElseThrow().getSum().getAggregationTemporality())
          .as("of the application's registry")
          .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
      Metric set =
          latency(other, Map.of("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative"));
      assertThat(set.getExponentialHistogram().getAggregationTemporality())
          .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }
  }

  private static Metric latency(Receiver collector, Map<String, String> environment)
      throws Exception {
    collector.metrics.clear();
    Jvm.Builder shop =
        Jvm.of(Shop.class, "prometheus-metrics")
            .sendingTo(collector)
            .option("-Dotel.metric.export.interval=300")
            .environment("VIGIA_METRICS_FORM_MILLIS", "60000");
    environment.forEach(shop::environment);
    try (Jvm jvm = shop.start()) {
      jvm.await("ready");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  collector.metric("http.server.request.duration").isPresent()
                      && collector.metric("shop_orders").isPresent());
      return collector.metric("http.server.request.duration").orElseThrow();
    }
  }

  /** At the exit they are asked for the last time. */
  @ParameterizedTest
  @ValueSource(strings = {"registry", "gauge"})
  void metricOfTheApplicationThatNeverAnswersHoldsUpNeitherTheExitNorTheLogs(String kind)
      throws Exception {
    try (Receiver other = Receiver.start();
        Jvm jvm = hanging(kind).sendingTo(other).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      long ended = jvm.endEpochMillis() - Long.parseLong(jvm.await("ending at"));
      assertThat(ended).as(jvm.output()).isLessThan(2_000);
      assertThat(other.logs()).extracting(log -> log.get("message")).contains("in a request");
      assertThat(other.spans).hasSize(2);
    }
  }

  @Test
  void collectorOfTheApplicationThatNeverAnswersHoldsUpNoOtherMetric() throws Exception {
    try (Receiver other = Receiver.start();
        Jvm jvm =
            hanging("registry")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .sendingTo(other)
                .start()) {
      jvm.awaitUnlessEnded(() -> other.metric("http.server.request.duration").isPresent());
      jvm.endWell();
      assertThat(other.metric("http.server.request.duration")).as(jvm.output()).isPresent();
      assertThat(jvm.output()).containsOnlyOnce("Prometheus registries takes longer than");
    }
  }

  private static Jvm.Builder hanging(String kind) {
    return Jvm.of(
            Hanging.class,
            "simpleclient",
            "opentelemetry-api",
            "opentelemetry-context",
            "opentelemetry-common")
        .argument(kind);
  }

  /** Its points have no query string, its exemplars have. */
  @Test
  void secretsDoNotLeaveWithExemplars() throws Exception {
    int endpoint;
    try (ServerSocket free = new ServerSocket(0)) {
      endpoint = free.getLocalPort();
    }
    try (Receiver other = Receiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .sendingTo(other)
                .environment("VIGIA_PROMETHEUS", Integer.toString(endpoint))
                .option("-Dotel.metric.export.interval=300")
                .start()) {
      URI login = URI.create("http://127.0.0.1:" + web.await("port") + "/?password=hunter2&a=b");
      HttpClient client = HttpClient.newHttpClient();
      client.send(HttpRequest.newBuilder(login).build(), HttpResponse.BodyHandlers.discarding());
      web.awaitUnlessEnded(() -> other.metric("http.server.request.duration").isPresent());
      String scraped = scrape(endpoint);
      client.send(
          HttpRequest.newBuilder(login.resolve("/quit")).build(),
          HttpResponse.BodyHandlers.discarding());
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(other.metrics.toString())
          .contains("password=[redacted]&a=b")
          .doesNotContain("hunter2");
      assertThat(scraped).contains("http_server_request_duration").doesNotContain("hunter2");
    }
  }

  /** As in a process that was started by another one, with the same environment. */
  @ParameterizedTest
  @ValueSource(strings = {"in use", "no port"})
  void endpointThatCannotBeOpenedIsSaidAndEverythingElseIsSent(String kind) throws Exception {
    try (ServerSocket used = new ServerSocket(0, 5, InetAddress.getByName("localhost"));
        Receiver other = Receiver.start();
        Jvm jvm =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .sendingTo(other)
                .environment(
                    "VIGIA_PROMETHEUS",
                    kind.equals("in use") ? Integer.toString(used.getLocalPort()) : kind)
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.output()).containsOnlyOnce("[vigia] no Prometheus endpoint");
      assertThat(other.spans).as(jvm.output()).hasSize(2);
      assertThat(other.metric("orders")).isPresent();
      assertThat(other.logs()).hasSize(3);
    }
  }

  private static double point(String name) {
    return receiver.metric(name).orElseThrow().getGauge().getDataPoints(0).getAsDouble();
  }
}
