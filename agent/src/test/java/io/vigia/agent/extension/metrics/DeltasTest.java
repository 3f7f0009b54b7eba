package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Against the real prometheus-metrics. */
class DeltasTest {
  private static final long START = 5;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private long nanoTime;
  private long epochNanos = START;
  private final Deltas deltas = new Deltas(() -> nanoTime);

  /** Few buckets, so that the native histogram doubles their ranges, and counts small ones as 0. */
  @Property(tries = 300)
  void allThatIsGivenIsAllThatWasCounted(
      @ForAll @Size(min = 1, max = 80) List<Short> values, @ForAll @Size(80) List<Boolean> reads)
      throws Exception {
    PrometheusRegistry metrics = new PrometheusRegistry();
    Deltas fresh = new Deltas(() -> nanoTime); // of each try
    Counter counter = Counter.builder().name("size").register(metrics);
    Histogram classic =
        Histogram.builder()
            .name("c")
            .classicOnly()
            .classicUpperBounds(-10, 1, 100)
            .register(metrics);
    Histogram sparse =
        Histogram.builder()
            .name("n")
            .nativeOnly()
            .nativeMaxNumberOfBuckets(4)
            .nativeMaxZeroThreshold(64)
            .register(metrics);
    Totals totals = new Totals();
    for (int i = 0; i < values.size(); i++) {
      double value = values.get(i) / 64.0;
      counter.inc(Math.abs(value));
      classic.observe(value);
      sparse.observe(value);
      if (reads.get(i)) {
        fresh.of(read(metrics)).forEach(totals::add);
      }
    }
    fresh.of(read(metrics)).forEach(totals::add);
    Totals expected = new Totals();
    read(metrics).forEach(expected::add);
    assertThat(totals.counts).isEqualTo(expected.counts);
    assertThat(totals.exponentialCount).isEqualTo(expected.exponentialCount);
    assertThat(totals.sum).isCloseTo(expected.sum, within(1e-6));
    fresh.of(read(metrics)).forEach(expected::add); // nothing has come since
    assertThat(expected.counts).isEqualTo(totals.counts);
    assertThat(expected.exponentialCount).isEqualTo(totals.exponentialCount);
  }

  private static final class Totals {
    private final long[] counts = new long[4];
    private long exponentialCount;
    private double sum;

    void add(MetricData metric) {
      for (DoublePointData point : metric.getDoubleSumData().getPoints()) {
        assertThat(point.getValue()).isNotNegative();
        sum += point.getValue();
      }
      for (HistogramPointData point : metric.getHistogramData().getPoints()) {
        IntStream.range(0, 4).forEach(i -> counts[i] += point.getCounts().get(i));
        sum += point.getSum();
      }
      for (ExponentialHistogramPointData point : metric.getExponentialHistogramData().getPoints()) {
        long inBuckets =
            Stream.of(point.getPositiveBuckets(), point.getNegativeBuckets())
                .flatMap(buckets -> buckets.getBucketCounts().stream())
                .peek(count -> assertThat(count).isNotNegative())
                .mapToLong(count -> count)
                .sum();
        assertThat(inBuckets + point.getZeroCount()).isEqualTo(point.getCount());
        exponentialCount += point.getCount();
        sum += point.getSum();
      }
    }
  }

  @Test
  void eachReadingBeginsWhereTheLastOneEnded() throws Exception {
    Counter orders = Counter.builder().name("orders").register(registry);
    orders.inc(3);
    DoublePointData first = sum(deltas.of(read(registry)));
    assertThat(first.getStartEpochNanos()).isEqualTo(START);
    assertThat(first.getValue()).isEqualTo(3);
    orders.inc(4);
    DoublePointData second = sum(deltas.of(read(registry)));
    assertThat(second.getStartEpochNanos()).isEqualTo(first.getEpochNanos());
    assertThat(second.getValue()).isEqualTo(4);
  }

  @Test
  void pointEndsAfterItBeganWhenTheClockWasSetBack() throws Exception {
    epochNanos = 1_000_000;
    Counter.builder().name("orders").register(registry);
    deltas.of(read(registry));
    epochNanos = 500_000;
    nanoTime += 60;
    DoublePointData point = sum(deltas.of(read(registry)));
    assertThat(point.getStartEpochNanos()).isEqualTo(point.getEpochNanos() - 60);
    assertThat(sum(deltas.of(read(registry))).getStartEpochNanos())
        .as("and goes on from there")
        .isEqualTo(point.getEpochNanos());
  }

  @Test
  void seriesThatBecameLessWasResetAndIsNew() throws Exception {
    Counter orders = Counter.builder().name("orders").labelNames("kind").register(registry);
    orders.labelValues("a").inc(9);
    deltas.of(read(registry));
    orders.clear();
    orders.labelValues("a").inc(2);
    assertThat(sum(deltas.of(read(registry))).getValue()).isEqualTo(2);
  }

  @Test
  void seriesThatIsMissingForAWhileIsNoNewOne() throws Exception {
    Counter orders = Counter.builder().name("orders").register(registry);
    orders.inc(3);
    deltas.of(read(registry));
    nanoTime += Deltas.KEPT_NANOS; // while its collector threw
    assertThat(deltas.of(List.of())).isEmpty();
    orders.inc(1);
    assertThat(sum(deltas.of(read(registry))).getValue()).isEqualTo(1);
  }

  @Test
  void seriesThatIsMissingForMoreThanAnHourIsForgotten() throws Exception {
    Counter orders = Counter.builder().name("orders").register(registry);
    orders.inc(3);
    deltas.of(read(registry));
    nanoTime += Deltas.KEPT_NANOS + 1;
    deltas.of(List.of());
    assertThat(sum(deltas.of(read(registry))).getValue()).isEqualTo(3);
  }

  @Test
  void exemplarIsGivenOnce() throws Exception {
    epochNanos = System.currentTimeMillis() * 1_000_000L;
    Counter orders = Counter.builder().name("orders").withExemplars().register(registry);
    orders.incWithExemplar(Labels.of("trace_id", "0af7651916cd43dd8448eb211c80319c"));
    epochNanos += 60_000_000_000L;
    assertThat(sum(deltas.of(read(registry))).getExemplars()).hasSize(1);
    assertThat(sum(deltas.of(read(registry))).getExemplars()).isEmpty();
  }

  @Test
  void exemplarIsGivenAlsoWhenTheClockWasSetBack() throws Exception {
    Counter orders = Counter.builder().name("orders").withExemplars().register(registry);
    orders.inc();
    epochNanos = Long.MAX_VALUE / 2; // decades after the exemplar's
    deltas.of(read(registry));
    orders.incWithExemplar(Labels.of("trace_id", "0af7651916cd43dd8448eb211c80319c"));
    assertThat(sum(deltas.of(read(registry))).getExemplars()).hasSize(1);
    assertThat(sum(deltas.of(read(registry))).getExemplars()).isEmpty();
  }

  @Test
  void gaugeIsWhatItIs() throws Exception {
    Gauge.builder().name("queue").register(registry).set(7);
    List<MetricData> read = read(registry);
    assertThat(deltas.of(read)).isEqualTo(read);
    assertThat(deltas.of(read)).isEqualTo(read);
  }

  private static DoublePointData sum(Collection<MetricData> metrics) {
    assertThat(metrics).hasSize(1);
    MetricData metric = metrics.iterator().next();
    assertThat(metric.getDoubleSumData().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.DELTA);
    assertThat(metric.getDoubleSumData().isMonotonic()).isTrue();
    return metric.getDoubleSumData().getPoints().iterator().next();
  }

  private List<MetricData> read(PrometheusRegistry metrics) throws Exception {
    FamilyConverter converter =
        new FamilyConverter(Resource.empty(), START, ++epochNanos, /* maxSeries= */ 10);
    List<MetricData> read = new ArrayList<>();
    for (Family family : PrometheusMetricsReader.read(metrics)) {
      read.addAll(converter.convert(family));
    }
    return read;
  }
}
