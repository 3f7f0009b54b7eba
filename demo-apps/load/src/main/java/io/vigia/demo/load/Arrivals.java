package io.vigia.demo.load;

import java.util.random.RandomGenerator;

/**
 * When visitors arrive: a Poisson process whose rate follows a day that is compressed into a
 * period. The times depend on the seed alone, never on how fast the service answers. Not safe for
 * use by several threads.
 */
final class Arrivals {
  /**
   * Traffic of each hour from midnight, relative; quiet nights, a morning rise, a lunch dip, an
   * evening peak.
   */
  private static final double[] HOURS = {
    4, 3, 2, 2, 2, 3, 6, 10, 14, 16, 17, 17, 14, 15, 17, 17, 16, 16, 18, 20, 19, 15, 10, 6
  };

  private static final double MEAN = java.util.Arrays.stream(HOURS).average().orElseThrow();
  private static final double PEAK = java.util.Arrays.stream(HOURS).max().orElseThrow() / MEAN;

  private final double meanPerSecond;
  private final double periodSeconds;
  private final RandomGenerator random;
  private double now;

  /**
   * @param meanPerSecond arrivals a second over a whole period
   * @param periodSeconds length of a day; 0 for a constant rate
   */
  Arrivals(double meanPerSecond, double periodSeconds, RandomGenerator random) {
    this.meanPerSecond = meanPerSecond;
    this.periodSeconds = periodSeconds;
    this.random = random;
  }

  /** Nanoseconds from the start to the next arrival; never smaller than the one before. */
  long nextNanos() {
    // thinning (Lewis and Shedler, 1979): candidates at the peak's rate, kept as often as the hour
    // is busy
    double peak = periodSeconds > 0 ? PEAK : 1;
    do {
      now -= Math.log(1 - random.nextDouble()) / (meanPerSecond * peak);
    } while (random.nextDouble() * peak > shape(now));
    return (long) (now * 1e9);
  }

  /**
   * Traffic at a time, relative to the mean; it starts in the morning, so that a short run sees
   * people.
   */
  double shape(double seconds) {
    if (periodSeconds <= 0) {
      return 1;
    }
    double hour = (seconds / periodSeconds * 24 + 9) % 24;
    int whole = (int) hour;
    double part = hour - whole;
    return ((1 - part) * HOURS[whole] + part * HOURS[(whole + 1) % 24]) / MEAN;
  }
}
