package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.Info;
import io.prometheus.client.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the real simpleclient. */
class FamilyConverterTest {

  private final CollectorRegistry registry = new CollectorRegistry();

  @Test
  void counterLosesTotalSoThatPrometheusCanAddItAgain() throws Exception {
    Counter.build("jobs_total", "Jobs").labelNames("queue").register(registry).labels("a").inc(2);
    MetricData metric = only();
    assertThat(metric.getName()).isEqualTo("jobs");
    assertThat(metric.getUnit()).isEmpty();
    assertThat(metric.getDoubleSumData().isMonotonic()).isTrue();
    assertThat(metric.getDoubleSumData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(2));
  }

  /** Before 0.10 simpleclient gave a counter the name that the program did, and nothing besides. */
  @Test
  void counterOfWhatWasCreatedIsNotTakenForTheTimeOfItsCreation() {
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 3);
    Family.Sample sample = new Family.Sample("orders_created", List.of(), List.of(), 4);
    MetricData metric =
        converter.convert(new Family("orders_created", "COUNTER", "", List.of(sample))).get(0);
    assertThat(metric.getDoubleSumData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(4));
  }

  @Test
  void histogramBucketsBecomeSeparateCounts() throws Exception {
    Histogram histogram =
        Histogram.build("size_bytes", "Size").buckets(1, 2).labelNames("k").register(registry);
    histogram.labels("x").observe(0.5);
    histogram.labels("x").observe(1.5);
    histogram.labels("x").observe(1.6);
    histogram.labels("x").observe(9);
    HistogramPointData point = only().getHistogramData().getPoints().iterator().next();
    assertThat(point.getBoundaries()).containsExactly(1.0, 2.0);
    assertThat(point.getCounts()).containsExactly(1L, 2L, 1L);
    assertThat(point.getCount()).isEqualTo(4);
    assertThat(point.getSum()).isEqualTo(12.6);
    assertThat(point.getAttributes().size()).isEqualTo(1);
  }

  @Test
  void summaryKeepsItsQuantiles() throws Exception {
    Summary summary = Summary.build("wait", "Wait").quantile(0.5, 0.01).register(registry);
    summary.observe(3);
    SummaryPointData point = only().getSummaryData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(1);
    assertThat(point.getSum()).isEqualTo(3);
    assertThat(point.getValues())
        .singleElement()
        .satisfies(value -> assertThat(value.getQuantile()).isEqualTo(0.5));
  }

  @Test
  void gaugeAndInfoKeepTheNamesOfTheirSamples() throws Exception {
    Gauge.build("depth", "Depth").register(registry).set(-4);
    Info.build("build", "Build").register(registry).info("version", "7");
    List<MetricData> metrics = all();
    assertThat(metrics)
        .extracting(MetricData::getName)
        .containsExactlyInAnyOrder("depth", "build_info");
    assertThat(metrics).allMatch(metric -> metric.getType() == MetricDataType.DOUBLE_GAUGE);
  }

  @Test
  void familyWithoutSamplesIsNothing() throws Exception {
    Counter.build("never", "Never").labelNames("a").register(registry);
    assertThat(all()).isEmpty();
  }

  /** A million of them would fill the heap before they are left out. */
  @ParameterizedTest
  @ValueSource(strings = {"COUNTER", "GAUGE", "HISTOGRAM", "SUMMARY"})
  void seriesBeyondTheLimitAreCountedAndNotMade(String type) {
    List<Family.Sample> samples = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      samples.add(
          new Family.Sample("many_count", List.of("number"), List.of(String.valueOf(i)), 1));
    }
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 3);
    List<MetricData> metrics = converter.convert(new Family("many_count", type, "", samples));
    assertThat(metrics)
        .singleElement()
        .satisfies(m -> assertThat(m.getData().getPoints()).hasSize(3));
    assertThat(converter.leftOut()).containsExactly(Map.entry("many_count", 2));
  }

  @Test
  void infinityIsReadAsItIsWritten() {
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 3);
    List<Family.Sample> samples = new ArrayList<>();
    for (String bound : List.of("1", "inf")) {
      samples.add(new Family.Sample("own_bucket", List.of("le"), List.of(bound), 4));
    }
    samples.add(new Family.Sample("own_sum", List.of(), List.of(), 2));
    HistogramPointData point =
        converter
            .convert(new Family("own", "HISTOGRAM", "", samples))
            .get(0)
            .getHistogramData()
            .getPoints()
            .iterator()
            .next();
    assertThat(point.getBoundaries()).containsExactly(1.0);
    assertThat(point.getCounts()).containsExactly(4L, 0L);
  }

  private MetricData only() throws ReflectiveOperationException {
    assertThat(all()).hasSize(1);
    return all().get(0);
  }

  private List<MetricData> all() throws ReflectiveOperationException {
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 100);
    return SimpleclientReader.read(registry).stream()
        .flatMap(family -> converter.convert(family).stream())
        .toList();
  }
}
