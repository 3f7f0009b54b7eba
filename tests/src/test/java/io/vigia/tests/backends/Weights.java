package io.vigia.tests.backends;

import io.prometheus.metrics.core.metrics.Histogram;

/** A program without telemetry code that has a native-only histogram, until stdin ends. */
final class Weights {

  private static final Histogram WEIGHT =
      Histogram.builder().name("weight_kilograms").help("Weight").nativeOnly().register();

  public static void main(String[] args) throws Exception {
    for (double kilograms : new double[] {0, 1.5, 3, 3.5, 100}) {
      WEIGHT.observe(kilograms);
    }
    while (System.in.read() >= 0) {
      // nothing is said, it only ends
    }
  }

  private Weights() {}
}
