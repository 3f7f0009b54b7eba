package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StateSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Against the real prometheus-metrics 1.x. */
class PrometheusMetricsReaderTest {

  private final PrometheusRegistry registry = new PrometheusRegistry();

  @Test
  void stateSetHasOneSeriesForEachState() throws Exception {
    StateSet door =
        StateSet.builder()
            .name("door")
            .help("Door")
            .labelNames("house")
            .states("open", "shut")
            .register(registry);
    door.labelValues("7").setTrue("shut");
    assertThat(only().getDoubleGaugeData().getPoints())
        .allMatch(point -> "7".equals(point.getAttributes().get(AttributeKey.stringKey("house"))))
        .extracting(
            point ->
                point.getAttributes().get(AttributeKey.stringKey("door")) + " " + point.getValue())
        .containsExactlyInAnyOrder("open 0.0", "shut 1.0");
  }

  @Test
  void histogramThatIsNativeOnlyBecomesAnExponentialOneWithTheSameBuckets() throws Exception {
    Histogram size =
        Histogram.builder()
            .name("size")
            .help("Size")
            .nativeOnly()
            .nativeInitialSchema(0)
            .labelNames("house")
            .register(registry);
    // (1, 2], (2, 4] twice, (4, 8] none, (8, 16], and two that are not positive
    for (double value : new double[] {2, 3, 4, 16, 0, -3}) {
      size.labelValues("7").observe(value);
    }
    ExponentialHistogramPointData point = exponential();
    assertThat(point.getAttributes().get(AttributeKey.stringKey("house"))).isEqualTo("7");
    assertThat(point.getScale()).isZero();
    assertThat(point.getCount()).isEqualTo(6);
    assertThat(point.getSum()).isEqualTo(22);
    assertThat(point.getZeroCount()).isEqualTo(1);
    assertThat(point.getPositiveBuckets().getOffset()).isZero();
    assertThat(point.getPositiveBuckets().getBucketCounts()).containsExactly(1L, 2L, 0L, 1L);
    assertThat(point.getNegativeBuckets().getOffset()).isEqualTo(1);
    assertThat(point.getNegativeBuckets().getBucketCounts()).containsExactly(1L);
  }

  @Test
  void valuesFarApartDoNotMakeMoreThanSoManyBuckets() throws Exception {
    Histogram size =
        Histogram.builder()
            .name("size")
            .help("Size")
            .nativeOnly()
            .nativeInitialSchema(8)
            .nativeMaxZeroThreshold(0)
            .nativeMinZeroThreshold(0)
            .register(registry);
    size.observe(Double.MIN_NORMAL);
    size.observe(Double.MAX_VALUE);
    ExponentialHistogramPointData point = exponential();
    List<Long> counts = point.getPositiveBuckets().getBucketCounts();
    assertThat(counts).hasSizeBetween(100, NativeBuckets.MAX_BUCKETS);
    assertThat(counts.get(0)).isEqualTo(1);
    assertThat(counts.get(counts.size() - 1)).isEqualTo(1);
    double width = Math.pow(2, -point.getScale());
    assertThat(point.getPositiveBuckets().getOffset() * width)
        .as("where the first one begins, as a power of two")
        .isLessThan(-1022)
        .isGreaterThanOrEqualTo(-1022 - width);
    assertThat((point.getPositiveBuckets().getOffset() + counts.size()) * width)
        .as("where the last one ends")
        .isGreaterThanOrEqualTo(1024)
        .isLessThan(1024 + width);
  }

  @Property(tries = 200)
  void everyObservationIsInTheBucketThatItsValueSays(
      @ForAll @Size(min = 1, max = 40)
          List<@DoubleRange(min = 0.001, max = 1e7) @Scale(3) Double> values,
      @ForAll @IntRange(min = -4, max = 8) int schema)
      throws Exception {
    Histogram size =
        Histogram.builder()
            .name("size")
            .help("Size")
            .nativeOnly()
            .nativeInitialSchema(schema)
            .register(registry);
    values.forEach(size::observe);
    ExponentialHistogramPointData point = exponential();
    double base = Math.pow(2, -point.getScale());
    List<Long> counts = point.getPositiveBuckets().getBucketCounts();
    long[] expected = new long[counts.size()];
    for (double value : values) {
      double exponent = Math.log(value) / Math.log(2) / base;
      int bucket = (int) Math.ceil(exponent - 1e-9) - 1 - point.getPositiveBuckets().getOffset();
      expected[bucket]++;
    }
    assertThat(counts).containsExactly(Arrays.stream(expected).boxed().toArray(Long[]::new));
    registry.unregister(size);
  }

  private ExponentialHistogramPointData exponential() throws ReflectiveOperationException {
    return only().getExponentialHistogramData().getPoints().iterator().next();
  }

  private MetricData only() throws ReflectiveOperationException {
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 100);
    List<MetricData> metrics =
        PrometheusMetricsReader.read(registry).stream()
            .flatMap(family -> converter.convert(family).stream())
            .toList();
    assertThat(metrics).hasSize(1);
    return metrics.get(0);
  }
}
