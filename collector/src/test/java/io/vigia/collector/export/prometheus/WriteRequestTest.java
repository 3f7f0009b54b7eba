package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.NANOS;
import static io.vigia.collector.export.TestBatches.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeHttpBackend;
import io.vigia.collector.export.TestBatches;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes over the wire, read by protobuf-java. */
class WriteRequestTest {
  private static final long MILLIS = NANOS / 1_000_000;
  private final FakeHttpBackend backend = new FakeHttpBackend();
  private final RemoteWriteExporter exporter =
      RemoteWriteExporter.builder()
          .url(backend.url())
          .version(RemoteWriteExporter.Version.V1)
          .nativeHistograms(RemoteWriteExporter.NativeHistograms.ON)
          .build();

  @AfterEach
  void close() {
    exporter.close();
    backend.close();
  }

  @Test
  void countersCarryTheirNewestExemplar() {
    DynamicMessage request =
        sent(
            Metric.newBuilder()
                .setName("orders")
                .setSum(
                    Sum.newBuilder()
                        .setIsMonotonic(true)
                        .setAggregationTemporality(
                            AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .addDataPoints(
                            NumberDataPoint.newBuilder()
                                .setTimeUnixNano(NANOS)
                                .setAsInt(7)
                                .addExemplars(exemplar(1, -5, 1))
                                .addExemplars(exemplar(1, -2, 2)))));
    DynamicMessage orders = series(request, "orders_total", "");
    List<DynamicMessage> exemplars = PromProto.list(orders, "exemplars");
    assertThat(exemplars).hasSize(1);
    assertThat(labels(exemplars.get(0)))
        .containsExactly(
            Map.entry("customer", "c2"),
            Map.entry("span_id", "0202020202020202"),
            Map.entry("trace_id", "02020202020202020202020202020202"));
    assertThat(PromProto.get(exemplars.get(0), "value")).isEqualTo(1.0);
    assertThat(PromProto.get(exemplars.get(0), "timestamp")).isEqualTo(MILLIS - 2);
  }

  @Test
  void eachHistogramBucketCarriesTheExemplarThatFellIntoIt() {
    DynamicMessage request = sent(latencies());
    Map<String, Object> exemplarOf = new TreeMap<>();
    for (String le : List.of("0.1", "1", "+Inf")) {
      List<DynamicMessage> exemplars =
          PromProto.list(series(request, "latency_seconds_bucket", le), "exemplars");
      exemplarOf.put(le, exemplars.stream().map(one -> PromProto.get(one, "value")).toList());
    }
    assertThat(exemplarOf)
        .containsExactly(
            Map.entry("+Inf", List.of(3.0)),
            Map.entry("0.1", List.of(0.1)), // the upper bound belongs to the bucket
            Map.entry("1", List.of()));
  }

  @Test
  void metadataSaysWhatAMetricIs() {
    DynamicMessage request = sent(latencies());
    Map<Object, Object> described = new TreeMap<>();
    for (DynamicMessage metadata : PromProto.list(request, "metadata")) {
      described.put(
          PromProto.get(metadata, "metric_family_name"),
          List.of(
              PromProto.get(metadata, "type"),
              PromProto.get(metadata, "help"),
              PromProto.get(metadata, "unit")));
    }
    assertThat(described)
        .containsExactly(
            Map.entry("latency_seconds", List.of(3, "How long it took", "seconds")),
            Map.entry("target_info", List.of(6, "Target metadata", "")));
  }

  /** A scraper's way to say that a target is gone: no sum, no count, bounds and a flag. */
  @Test
  void aHistogramThatIsGoneEndsWithItsSumToo() {
    Metric.Builder gone = latencies();
    gone.getHistogramBuilder()
        .getDataPointsBuilder(0)
        .clearSum()
        .clearCount()
        .clearExemplars()
        .setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE);
    DynamicMessage request = sent(gone);
    for (String name : List.of("latency_seconds_sum", "latency_seconds_count")) {
      DynamicMessage sample = PromProto.list(series(request, name, ""), "samples").get(0);
      assertThat(Double.doubleToRawLongBits((double) PromProto.get(sample, "value")))
          .as(name)
          .isEqualTo(0x7ff0000000000002L);
    }
  }

  @Test
  void labelsAreSortedAsTheSpecificationSays() {
    for (DynamicMessage series : PromProto.list(sent(latencies()), "timeseries")) {
      List<String> names =
          PromProto.list(series, "labels").stream()
              .map(label -> (String) PromProto.get(label, "name"))
              .toList();
      assertThat(names).isSorted().doesNotHaveDuplicates().contains("__name__");
    }
  }

  private static Metric.Builder latencies() {
    return Metric.newBuilder()
        .setName("latency")
        .setUnit("s")
        .setDescription("How long it took")
        .setHistogram(
            Histogram.newBuilder()
                .setAggregationTemporality(
                    AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                .addDataPoints(
                    HistogramDataPoint.newBuilder()
                        .setTimeUnixNano(NANOS)
                        .addAllExplicitBounds(List.of(0.1, 1.0))
                        .addAllBucketCounts(List.of(2L, 0L, 1L))
                        .setCount(3)
                        .setSum(3.15)
                        .addAttributes(attribute("Zone", "a"))
                        .addAttributes(attribute("zone", "b"))
                        .addExemplars(exemplar(0.05, -3, 1))
                        .addExemplars(exemplar(0.1, -1, 2))
                        .addExemplars(exemplar(3, -1, 3))));
  }

  private static Exemplar.Builder exemplar(double value, int millis, int id) {
    byte[] bytes = new byte[16];
    java.util.Arrays.fill(bytes, (byte) id);
    return Exemplar.newBuilder()
        .setAsDouble(value)
        .setTimeUnixNano(NANOS + millis * 1_000_000L)
        .setTraceId(ByteString.copyFrom(bytes))
        .setSpanId(ByteString.copyFrom(bytes, 0, 8))
        .addFilteredAttributes(attribute("customer", "c" + id));
  }

  private DynamicMessage sent(Metric.Builder metric) {
    var request = ExportMetricsServiceRequest.newBuilder();
    request
        .addResourceMetricsBuilder()
        .setResource(TestBatches.resource())
        .addScopeMetricsBuilder()
        .addMetrics(metric);
    ExportResult result =
        exporter.export(TestBatches.batch(Signal.METRICS, request.build())).join();
    assertThat(result).isEqualTo(ExportResult.delivered());
    return PromProto.v1(backend.seen.get(backend.seen.size() - 1).body());
  }

  private static DynamicMessage series(DynamicMessage request, String name, String le) {
    return PromProto.list(request, "timeseries").stream()
        .filter(series -> name.equals(labels(series).get("__name__")))
        .filter(series -> le.equals(labels(series).getOrDefault("le", "")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> labels(DynamicMessage message) {
    Map<String, String> labels = new TreeMap<>();
    for (DynamicMessage label : PromProto.list(message, "labels")) {
      labels.put((String) PromProto.get(label, "name"), (String) PromProto.get(label, "value"));
    }
    return labels;
  }
}
