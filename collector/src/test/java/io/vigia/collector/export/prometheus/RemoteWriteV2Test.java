package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.NANOS;
import static io.vigia.collector.export.TestBatches.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
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
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeHttpBackend;
import io.vigia.collector.export.RemoteExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.net.ClientOptions;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Against a receiver of 2.0 that writes the good part of a request and refuses the rest. */
class RemoteWriteV2Test extends RemoteExporterContractTest {
  private static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

  /** What Prometheus answers to a request without data; the headers are the proof. */
  private static final String NOTHING = answer("204 No Content", 0, "");

  private final Map<String, double[]> newest = new LinkedHashMap<>();
  private final List<String> stored = new ArrayList<>();
  private volatile RemoteWriteExporter.Version version = RemoteWriteExporter.Version.AUTO;
  private volatile String empty = NOTHING;
  private volatile @Nullable String every;
  private volatile String leftOut = "nothing";

  @Override
  protected FakeBackend newBackend() {
    return new FakeHttpBackend() {
      @Override
      protected @Nullable String beside(Request request) {
        return RemoteWriteExporterTest.isQuestion(request) ? empty : null;
      }

      @Override
      protected String garbage() {
        return "SSH-2.0-OpenSSH_9.2p1\r\n";
      }

      @Override
      protected String ok(Request request) {
        String fixed = every;
        if (!RemoteWriteExporterTest.isV2(request)) {
          return NO_CONTENT;
        }
        return fixed != null ? fixed : store(PromProto.v2(request.body()));
      }
    };
  }

  /** As the TSDB does: newer is appended, the same as the newest is fine, older is refused. */
  private synchronized String store(DynamicMessage request) {
    int written = 0;
    int bad = 0;
    for (DynamicMessage series : PromProto.list(request, "timeseries")) {
      String labels = PromProto.labels(request, series).toString();
      for (DynamicMessage sample : PromProto.list(series, "samples")) {
        double time = (long) PromProto.get(sample, "timestamp");
        double value = (double) PromProto.get(sample, "value");
        if (labels.contains(leftOut)) {
          continue; // and it says so, in the headers only
        }
        double[] last = newest.get(labels);
        if (last == null || time > last[0]) {
          newest.put(labels, new double[] {time, value});
          stored.add(labels + "=" + value);
          written++;
        } else if (time == last[0] && value == last[1]) {
          written++;
        } else {
          bad++;
        }
      }
    }
    return bad == 0
        ? answer("204 No Content", written, "")
        : answer("400 Bad Request", written, "out of order sample");
  }

  private static String answer(String status, int samples, String body) {
    return FakeHttpBackend.plain(
        status, "X-Prometheus-Remote-Write-Samples-Written: " + samples + "\r\n", body);
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return RemoteWriteExporter.builder().url(url).client(options).version(version).build();
  }

  @Override
  protected Signal signal() {
    return Signal.METRICS;
  }

  @Override
  protected String refusedReason() {
    return "bad_request";
  }

  /** No series twice: one round. */
  @Override
  protected ExportBatch batch() {
    return TestBatches.batch(
        Signal.METRICS, message("a@1=1", "b@1=1", "c@1=1"), message("d@1=1", "e@1=1"));
  }

  @Test
  void onlyTheSampleThatIsRefusedIsCountedThoughItsNeighboursWereWrittenWithIt() throws Exception {
    Exporter exporter = started();
    assertThat(get(exporter.export(gauges("a@9=1")))).isEqualTo(ExportResult.delivered());
    // a@5 and a@8 are older than what is stored; everything else is good
    ExportResult result =
        get(exporter.export(gauges("a@5=1", "b@1=1", "b@2=2", "a@10=2", "b@3=3", "a@8=1")));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .extracting(ExportResult.Refused::item, ExportResult.Refused::reason)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(0, "out_of_order"),
            org.assertj.core.groups.Tuple.tuple(5, "out_of_order"));
    assertThat(values("b")).containsExactly(1.0, 2.0, 3.0);
    assertThat(values("a")).containsExactly(1.0, 2.0);
  }

  @Test
  void samplesOfASeriesArriveInTheOrderOfTimeWhateverTheOrderTheyCameIn() throws Exception {
    ExportResult result = get(started().export(gauges("a@3=3", "b@1=1", "a@1=1", "a@2=2")));
    assertThat(result).isEqualTo(ExportResult.delivered());
    assertThat(values("a")).containsExactly(1.0, 2.0, 3.0);
  }

  @Test
  void whatWasNotTriedIsRetriedAndNothingElse() throws Exception {
    backend.replies(FakeBackend.Reply.OK, FakeBackend.Reply.OVERLOADED, FakeBackend.Reply.OK);
    Exporter exporter = started();
    ExportResult result = get(exporter.export(gauges("a@1=1", "a@2=2", "b@1=1")));
    assertThat(result.retry()).hasSize(1);
    assertThat(result.retry().get(0).wanted()).isEqualTo(java.util.BitSet.valueOf(new long[] {2}));
    assertThat(get(exporter.export(new ExportBatch(Signal.METRICS, result.retry()))))
        .isEqualTo(ExportResult.delivered());
    assertThat(values("a")).containsExactly(1.0, 2.0);
  }

  @Test
  void aRefusedExemplarIsNoRefusedSample() throws Exception {
    every = answer("400 Bad Request", 2, "out of order exemplar"); // target_info and the gauge
    assertThat(get(started().export(gauges("a@1=1")))).isEqualTo(ExportResult.delivered());
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void whatAServerTakesAndDoesNotWriteIsFoundAndRefused() throws Exception {
    leftOut = "series=b";
    ExportResult result = get(started().export(gauges("a@1=1", "b@1=1", "c@1=1", "d@1=1")));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .extracting(ExportResult.Refused::item, ExportResult.Refused::reason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(1, "not_written"));
    assertThat(values("a")).containsExactly(1.0);
    assertThat(values("d")).containsExactly(1.0);
  }

  @Test
  void aServerThatWritesNothingIsNotAskedForEachSample() throws Exception {
    every = answer("202 Accepted", 0, "");
    ExportResult result = get(started().export(gauges("a@1=1", "b@1=1", "c@1=1")));
    assertThat(result.refused())
        .hasSize(3)
        .allMatch(refused -> refused.reason().equals("not_written"));
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void theRefusalOfAProxySaysNothingAboutTheVersion() throws Exception {
    empty =
        FakeHttpBackend.plain(
            "400 Bad Request", "content-type: text/html\r\n", "<html>speak TLS</html>");
    Exporter exporter = started();
    assertThat(get(exporter.export(gauges("a@1=1")))).isEqualTo(ExportResult.delivered());
    empty = NOTHING;
    assertThat(get(exporter.export(gauges("a@2=1")))).isEqualTo(ExportResult.delivered());
    assertThat(types()).containsExactly(1, 2);
  }

  @Test
  void aServerThatForgot2_0GetsTheSameDataAgainIn1_0() throws Exception {
    every = NO_CONTENT; // an older Prometheus took its place
    assertThat(get(started().export(gauges("a@1=1")))).isEqualTo(ExportResult.delivered());
    assertThat(types()).containsExactly(2, 1);
  }

  /** As one does that looks into what it gets and cannot read it. */
  @Test
  void aServerThatRefuses2_0ByNowGetsTheSameDataAgainIn1_0() throws Exception {
    Exporter exporter = started();
    assertThat(get(exporter.export(gauges("a@1=1")))).isEqualTo(ExportResult.delivered());
    every = FakeHttpBackend.plain("400 Bad Request", "", "cannot decode");
    empty = every;
    assertThat(get(exporter.export(gauges("a@2=2", "b@2=2")))).isEqualTo(ExportResult.delivered());
    assertThat(get(exporter.export(gauges("a@3=3")))).isEqualTo(ExportResult.delivered());
    assertThat(types()).containsExactly(2, 2, 1, 1);
  }

  @Test
  void unsupportedMediaTypeMeans1_0FromThenOn() throws Exception {
    empty = FakeHttpBackend.plain("415 Unsupported Media Type", "", "what?");
    Exporter exporter = started();
    for (int i = 1; i < 3; i++) {
      assertThat(get(exporter.export(gauges("a@" + i + "=1")))).isEqualTo(ExportResult.delivered());
    }
    assertThat(types()).containsExactly(1, 1);
  }

  @Test
  void a2xxThatDoesNotSayWhatWasWrittenMeans1_0() throws Exception {
    empty = NO_CONTENT;
    assertThat(get(started().export(gauges("a@1=1")))).isEqualTo(ExportResult.delivered());
    assertThat(types()).containsExactly(1);
  }

  @Test
  void forced2_0LosesNothingToAServerThatDoesNotKnowIt() throws Exception {
    version = RemoteWriteExporter.Version.V2;
    every = NO_CONTENT;
    ExportResult result = get(started().export(gauges("a@1=1")));
    assertThat(result.retry()).hasSize(1);
    assertThat(result.retryReason()).contains("remoteWriteVersion");
  }

  @Test
  void startsMetadataAndHistogramsAreInTheRequest() throws Exception {
    var scope = ExportMetricsServiceRequest.newBuilder();
    var metrics =
        scope
            .addResourceMetricsBuilder()
            .setResource(TestBatches.resource())
            .addScopeMetricsBuilder();
    metrics
        .addMetricsBuilder()
        .setName("orders")
        .setUnit("By")
        .setDescription("Sold")
        .setSum(
            Sum.newBuilder()
                .setIsMonotonic(true)
                .setAggregationTemporality(
                    AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                .addDataPoints(
                    NumberDataPoint.newBuilder()
                        .setStartTimeUnixNano(NANOS - 5_000_000)
                        .setTimeUnixNano(NANOS)
                        .setAsInt(7)));
    metrics
        .addMetricsBuilder()
        .setName("latency")
        .setExponentialHistogram(
            ExponentialHistogram.newBuilder()
                .setAggregationTemporality(
                    AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                .addDataPoints(
                    ExponentialHistogramDataPoint.newBuilder()
                        .setStartTimeUnixNano(NANOS - 5_000_000)
                        .setTimeUnixNano(NANOS)
                        .setCount(1)
                        .setZeroCount(1)));
    every = answer("204 No Content", 3, "");
    get(started().export(TestBatches.batch(Signal.METRICS, scope.build())));

    FakeHttpBackend.Request sent = ((FakeHttpBackend) backend).seen.get(0);
    assertThat(sent.headers())
        .containsEntry("x-prometheus-remote-write-version", "2.0.0")
        .containsEntry(
            "content-type", "application/x-protobuf;proto=io.prometheus.write.v2.Request");
    DynamicMessage request = PromProto.v2(sent.body());
    @SuppressWarnings("unchecked")
    List<Object> symbols = (List<Object>) PromProto.get(request, "symbols");
    assertThat(symbols).startsWith("").doesNotHaveDuplicates();
    Map<Object, DynamicMessage> byName = new LinkedHashMap<>();
    for (DynamicMessage series : PromProto.list(request, "timeseries")) {
      byName.put(PromProto.labels(request, series).get("__name__"), series);
    }
    assertThat(byName.keySet())
        .containsExactlyInAnyOrder("target_info", "orders_bytes_total", "latency");
    DynamicMessage orders = Objects.requireNonNull(byName.get("orders_bytes_total"));
    DynamicMessage metadata = (DynamicMessage) PromProto.get(orders, "metadata");
    assertThat(PromProto.get(metadata, "type")).isEqualTo(1);
    assertThat(symbols.get((int) PromProto.get(metadata, "help_ref"))).isEqualTo("Sold");
    assertThat(symbols.get((int) PromProto.get(metadata, "unit_ref"))).isEqualTo("bytes");
    long start = NANOS / 1_000_000 - 5;
    assertThat(PromProto.get(PromProto.list(orders, "samples").get(0), "start_timestamp"))
        .isEqualTo(start);
    DynamicMessage histogram =
        PromProto.list(Objects.requireNonNull(byName.get("latency")), "histograms").get(0);
    assertThat(PromProto.get(histogram, "start_timestamp")).isEqualTo(start);
    assertThat(PromProto.get(histogram, "zero_count_int")).isEqualTo(1L);
  }

  @Test
  void noRequestHasMoreSamplesThanTheMemoryIsFor() throws Exception {
    Histogram.Builder latency =
        Histogram.newBuilder()
            .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    for (int i = 0; i < 300; i++) {
      HistogramDataPoint.Builder point =
          HistogramDataPoint.newBuilder()
              .addAttributes(attribute("series", "h" + i))
              .setTimeUnixNano(NANOS)
              .addBucketCounts(0);
      for (int bound = 0; bound < 100; bound++) {
        point.addExplicitBounds(bound).addBucketCounts(0);
      }
      latency.addDataPoints(point);
    }
    Metric metric = Metric.newBuilder().setName("latency").setHistogram(latency).build();
    ExportResult result = get(started().export(TestBatches.batch(Signal.METRICS, message(metric))));
    assertThat(result).isEqualTo(ExportResult.delivered());
    assertThat(((FakeHttpBackend) backend).seen)
        .hasSize(4)
        .allSatisfy(
            request ->
                assertThat(PromProto.list(PromProto.v2(request.body()), "timeseries"))
                    .hasSizeLessThanOrEqualTo(BatchItems.MAX_SAMPLES + 1)); // target_info
    assertThat(stored).hasSize(300 * 102 + 1); // without a sum
  }

  @Test
  void aBatchThatWasLeftInTheMiddleAddsNothingToTotals() throws Exception {
    Metric sold =
        Metric.newBuilder()
            .setName("sold")
            .setSum(
                Sum.newBuilder()
                    .setIsMonotonic(true)
                    .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                    .addDataPoints(
                        NumberDataPoint.newBuilder()
                            .addAttributes(attribute("series", "a"))
                            .setTimeUnixNano(NANOS)
                            .setAsInt(5)))
            .build();
    ExportBatch batch = TestBatches.batch(Signal.METRICS, message(sold));
    List<ExportBatch.Entry> tooLarge =
        new AbstractList<>() {
          @Override
          public ExportBatch.Entry get(int index) {
            if (index > 0) {
              throw new OutOfMemoryError("too large");
            }
            return batch.entries().get(0);
          }

          @Override
          public int size() {
            return 2;
          }
        };
    Exporter exporter = started();
    assertThat(exporter.export(new ExportBatch(Signal.METRICS, tooLarge)))
        .failsWithin(Duration.ofSeconds(30));
    assertThat(get(exporter.export(batch))).isEqualTo(ExportResult.delivered());
    assertThat(values("a")).containsExactly(5.0);
  }

  /** The protocol version of each request with data. */
  private List<Integer> types() {
    return ((FakeHttpBackend) backend)
        .seen.stream().map(request -> RemoteWriteExporterTest.isV2(request) ? 2 : 1).toList();
  }

  private synchronized List<Double> values(String series) {
    return stored.stream()
        .filter(line -> line.contains("series=" + series))
        .map(line -> Double.parseDouble(line.substring(line.lastIndexOf('=') + 1)))
        .toList();
  }

  /** Points as {@code series@seconds=value}, in one record. */
  private static ExportBatch gauges(String... points) {
    return TestBatches.batch(Signal.METRICS, message(points));
  }

  private static ExportMetricsServiceRequest message(String... points) {
    Gauge.Builder gauge = Gauge.newBuilder();
    for (String point : points) {
      String[] words = point.split("[@=]");
      gauge.addDataPoints(
          NumberDataPoint.newBuilder()
              .addAttributes(attribute("series", words[0]))
              .setTimeUnixNano(NANOS + Long.parseLong(words[1]) * 1_000_000_000)
              .setAsDouble(Double.parseDouble(words[2])));
    }
    return message(Metric.newBuilder().setName("level").setGauge(gauge).build());
  }

  private static ExportMetricsServiceRequest message(Metric metric) {
    var request = ExportMetricsServiceRequest.newBuilder();
    request
        .addResourceMetricsBuilder()
        .setResource(TestBatches.resource())
        .addScopeMetricsBuilder()
        .addMetrics(metric);
    return request.build();
  }
}
