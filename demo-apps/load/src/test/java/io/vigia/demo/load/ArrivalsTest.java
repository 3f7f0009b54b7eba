package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  @Property(tries = 20)
  void sameSeedGivesSameTimesThatNeverGoBack(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 1e4) double rate) {
    long[] first = times(new Arrivals(rate, 60, new Random(seed)), 200);

    assertThat(times(new Arrivals(rate, 60, new Random(seed)), 200)).isEqualTo(first);
    assertThat(first).isSorted();
  }

  @Property(tries = 20)
  void wholeDaysHaveTheMeanRate(@ForAll long seed) {
    Arrivals arrivals = new Arrivals(100, 50, new Random(seed));

    long count =
        LongStream.generate(arrivals::nextNanos).takeWhile(at -> at < 100_000_000_000L).count();

    // 10,000 expected; five standard deviations of a Poisson count
    assertThat(count).isBetween(9_500L, 10_500L);
  }

  @Test
  void gapsOfAConstantRateAreExponential() {
    long[] times = times(new Arrivals(1_000, 0, new Random(7)), 20_000);
    double mean = 0;
    double squares = 0;
    for (int i = 1; i < times.length; i++) {
      double gap = (times[i] - times[i - 1]) / 1e6;
      mean += gap / (times.length - 1);
      squares += gap * gap / (times.length - 1);
    }

    // an exponential distribution's deviation is its mean
    assertThat(mean).isCloseTo(1, Offset.offset(0.05));
    assertThat(Math.sqrt(squares - mean * mean)).isCloseTo(1, Offset.offset(0.05));
  }

  @Test
  void nightIsQuieterThanEvening() {
    Arrivals arrivals = new Arrivals(1, 24, new Random(1));

    // one second is an hour, and it starts at nine in the morning
    assertThat(arrivals.shape(18)).isLessThan(arrivals.shape(10) / 5);
    assertThat(arrivals.shape(0)).isEqualTo(arrivals.shape(24));
  }

  private static long[] times(Arrivals arrivals, int count) {
    return LongStream.generate(arrivals::nextNanos).limit(count).toArray();
  }
}
