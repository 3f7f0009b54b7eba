package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import io.vigia.collector.export.prometheus.MetricPoint.Number;
import io.vigia.collector.export.prometheus.MetricPoint.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DeltaSumsTest {
  private static final MetricFamily FAMILY =
      new MetricFamily("x_total", MetricFamily.Type.COUNTER, "", "");
  private final DeltaSums sums = new DeltaSums(3);

  /**
   * A batch is added, some first part of it delivered, the rest tried again with what comes next:
   * in the end every delta counts once.
   */
  @Property(tries = 300)
  void everyDeltaCountsOnceHoweverOftenItIsTried(
      @ForAll @Size(max = 30) List<@IntRange(max = 5) Integer> deltas,
      @ForAll @Size(max = 60) List<@IntRange(max = 4) Integer> delivered) {
    DeltaSums tried = new DeltaSums(10);
    Map<Integer, Double> expected = new HashMap<>();
    List<Integer> left = new ArrayList<>(deltas);
    for (int round = 0; !left.isEmpty(); round++) {
      int batch = Math.min(4, left.size());
      int done = round < delivered.size() ? Math.min(delivered.get(round), batch) : batch;
      for (int i = 0; i < batch; i++) {
        int delta = left.get(i);
        int series = delta % 2;
        MetricPoint total = tried.add(point("s" + series, i, 0, new Number(delta)), i);
        if (i < done) {
          double sum = expected.getOrDefault(series, 0.0) + delta;
          expected.put(series, sum);
          assertThat(total.value()).isEqualTo(new Number(sum));
        }
      }
      tried.commit(ordinal -> ordinal < done);
      left = left.subList(done, left.size());
    }
  }

  @Test
  void histogramsOfTheSameBoundsAddUpOthersBeginAnew() {
    double[] bounds = {1, 2};
    add("a", 10, new Histogram(bounds, new long[] {1, 2, 3}, 6, true, 9));
    Histogram sum =
        (Histogram)
            add("a", 20, new Histogram(bounds.clone(), new long[] {1, 0, 1}, 2, true, 4)).value();
    assertThat(sum.counts()).containsExactly(2, 2, 4);
    assertThat(sum.count()).isEqualTo(8);
    assertThat(sum.sum()).isEqualTo(13);

    MetricPoint changed =
        add("a", 30, new Histogram(new double[] {5}, new long[] {1, 1}, 2, true, 7));
    assertThat(((Histogram) changed.value()).count()).isEqualTo(2);
    assertThat(changed.startMillis()).as("a new total has a new start").isEqualTo(30);
  }

  @Test
  void exponentialHistogramsAddUpAtTheCoarserScale() {
    add("a", 10, exponential(1, 0, 1, 2)); // (1, 1.41], (1.41, 2]
    Exponential sum = (Exponential) add("a", 20, exponential(0, 1, 5)).value(); // (2, 4]
    assertThat(sum.scale()).isZero();
    assertThat(sum.positiveOffset()).isZero();
    assertThat(sum.positive()).containsExactly(3, 5);
    assertThat(sum.count()).isEqualTo(8);
  }

  @Test
  void aTotalBeganWhenItsFirstDeltaDid() {
    assertThat(add("a", 10, new Number(1)).startMillis()).isEqualTo(10);
    assertThat(add("a", 20, new Number(1)).startMillis()).isEqualTo(10);
    assertThat(add("b", 20, new Number(1)).startMillis()).isEqualTo(20);
  }

  @Test
  void theSeriesNotSeenForLongestIsForgotten() {
    for (String series : List.of("a", "b", "c", "a", "d")) { // b is the oldest of four
      add(series, 0, new Number(1));
    }
    assertThat(add("a", 0, new Number(1)).value()).isEqualTo(new Number(3));
    assertThat(add("b", 0, new Number(1)).value()).isEqualTo(new Number(1));
  }

  @Test
  void aStalePointAddsNothing() {
    add("a", 0, new Number(1));
    MetricPoint stale = new MetricPoint(FAMILY, labels("a"), 1, 0, true, new Number(0), List.of());
    assertThat(sums.add(stale, 0)).isSameAs(stale);
    assertThat(add("a", 0, new Number(1)).value()).isEqualTo(new Number(2));
  }

  private MetricPoint add(String series, long start, Value delta) {
    MetricPoint total = sums.add(point(series, start + 5, start, delta), 0);
    sums.commit(ordinal -> true);
    return total;
  }

  private static MetricPoint point(String series, long millis, long start, Value value) {
    return new MetricPoint(FAMILY, labels(series), millis, start, false, value, List.of());
  }

  private static LabelSet labels(String series) {
    return new LabelSet(Map.of("series", series));
  }

  private static Exponential exponential(int scale, int offset, long... counts) {
    long total = java.util.Arrays.stream(counts).sum();
    return new Exponential(scale, 0, 0, offset, counts, 0, new long[0], total, true, 1);
  }
}
