package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Against histograms of real observations: which bucket a value is in, by its logarithm. */
class ExponentialBucketsTest {
  private static final long[] NONE = {};

  /** Values in the middle of the finest buckets used here, which no rounding moves. */
  @Provide
  Arbitrary<List<Double>> observations() {
    return Arbitraries.integers()
        .between(-200, 200)
        .map(index -> (index % 3 == 0 ? -1 : 1) * Math.pow(2, (index + 0.5) / 16))
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 200)
  void theSumOfTwoIsTheHistogramOfAll(
      @ForAll("observations") List<Double> a,
      @ForAll("observations") List<Double> b,
      @ForAll @IntRange(min = -2, max = 4) int scaleA,
      @ForAll @IntRange(min = -2, max = 4) int scaleB) {
    Exponential sum = ExponentialBuckets.plus(record(scaleA, a), record(scaleB, b));
    List<Double> all = new java.util.ArrayList<>(a);
    all.addAll(b);
    Exponential expected = record(Math.min(scaleA, scaleB), all);
    for (int index = -900; index < 900; index++) {
      assertThat(at(sum.positiveOffset(), sum.positive(), index))
          .isEqualTo(at(expected.positiveOffset(), expected.positive(), index));
      assertThat(at(sum.negativeOffset(), sum.negative(), index))
          .isEqualTo(at(expected.negativeOffset(), expected.negative(), index));
    }
    assertThat(sum.count()).isEqualTo(all.size());
    assertThat(sum.scale()).isEqualTo(expected.scale());
  }

  @Property(tries = 200)
  void classicBucketsCountWhatIsAtMostTheirBound(
      @ForAll("observations") List<Double> values, @ForAll @IntRange(min = -2, max = 4) int scale) {
    Histogram classic = ExponentialBuckets.classic(record(scale, values));
    assertThat(classic.counts()).hasSize(classic.bounds().length + 1);
    long below = 0;
    double before = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classic.bounds().length; i++) {
      double bound = classic.bounds()[i];
      assertThat(bound).isGreaterThan(before);
      before = bound;
      below += classic.counts()[i];
      assertThat(below).isEqualTo(values.stream().filter(value -> value <= bound).count());
    }
    assertThat(below).isEqualTo(classic.count()).isEqualTo(values.size());
  }

  @Test
  void nothingIsLostOrTwiceAtTheEndsOfTheNumbers() {
    long[] four = {1, 1, 1, 1};
    Exponential wide = new Exponential(0, 0, 0, 1021, four, 1021, four, 8, true, 0);
    Histogram classic = ExponentialBuckets.classic(wide);
    assertThat(classic.bounds()).doesNotHaveDuplicates().isSorted();
    assertThat(classic.bounds()).doesNotContain(Double.POSITIVE_INFINITY);
    long finite = java.util.Arrays.stream(classic.counts()).sum();
    assertThat(finite).as("two are above every bound").isEqualTo(6);
    assertThat(classic.count()).isEqualTo(8);

    Exponential hostile =
        new Exponential(-10, 0, 0, Integer.MAX_VALUE, four, Integer.MIN_VALUE, four, 8, true, 0);
    assertThat(ExponentialBuckets.classic(hostile).bounds()).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void bucketsFarApartAreJoinedUntilTheyFit() {
    Exponential low = new Exponential(10, 0, 0, -1_000_000, new long[] {1}, 0, NONE, 1, true, 1);
    Exponential high = new Exponential(10, 0, 0, 1_000_000, new long[] {1}, 0, NONE, 1, true, 1);
    Exponential sum = ExponentialBuckets.plus(low, high);
    assertThat(sum.positive().length).isLessThanOrEqualTo(4096);
    assertThat(java.util.Arrays.stream(sum.positive()).sum()).isEqualTo(2);
  }

  /** As the OTLP data model defines it. */
  private static Exponential record(int scale, List<Double> values) {
    long[] positive = new long[2000];
    long[] negative = new long[2000];
    for (double value : values) {
      double log2 = Math.log(Math.abs(value)) / Math.log(2);
      int index = (int) Math.floor(Math.scalb(log2, scale));
      (value > 0 ? positive : negative)[index + 1000]++;
    }
    return new Exponential(
        scale,
        0,
        0,
        first(positive) - 1000,
        trim(positive),
        first(negative) - 1000,
        trim(negative),
        values.size(),
        true,
        values.stream().mapToDouble(Double::doubleValue).sum());
  }

  private static int first(long[] counts) {
    int first = 0;
    while (first < counts.length && counts[first] == 0) {
      first++;
    }
    return first == counts.length ? 1000 : first;
  }

  private static long[] trim(long[] counts) {
    int end = counts.length;
    while (end > 0 && counts[end - 1] == 0) {
      end--;
    }
    return end == 0 ? NONE : java.util.Arrays.copyOfRange(counts, first(counts), end);
  }

  private static long at(int offset, long[] counts, int index) {
    int i = index - offset;
    return i < 0 || i >= counts.length ? 0 : counts[i];
  }
}
