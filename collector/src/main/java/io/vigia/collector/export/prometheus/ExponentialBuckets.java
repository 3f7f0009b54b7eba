package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.export.prometheus.MetricPoint.Histogram;
import java.util.ArrayList;
import java.util.List;

/**
 * Arithmetic of exponential histograms. Source: opentelemetry.io, "Metrics Data Model",
 * ExponentialHistogram (a scale lower by one joins pairs of buckets).
 */
final class ExponentialBuckets {
  /** Finer histograms are made coarser for classic buckets: two per doubling. */
  static final int CLASSIC_SCALE = 1;

  private static final int MAX_BUCKETS = 4096;

  private ExponentialBuckets() {}

  static Exponential plus(Exponential a, Exponential b) {
    int scale = Math.min(a.scale(), b.scale());
    Exponential x = rescale(a, scale);
    Exponential y = rescale(b, scale);
    while (span(x.positiveOffset(), x.positive(), y.positiveOffset(), y.positive()) > MAX_BUCKETS
        || span(x.negativeOffset(), x.negative(), y.negativeOffset(), y.negative()) > MAX_BUCKETS) {
      scale--;
      x = rescale(x, scale);
      y = rescale(y, scale);
    }
    int positiveOffset = offset(x.positiveOffset(), x.positive(), y.positiveOffset(), y.positive());
    int negativeOffset = offset(x.negativeOffset(), x.negative(), y.negativeOffset(), y.negative());
    return new Exponential(
        scale,
        x.zeroCount() + y.zeroCount(),
        Math.max(x.zeroThreshold(), y.zeroThreshold()),
        positiveOffset,
        add(positiveOffset, x.positiveOffset(), x.positive(), y.positiveOffset(), y.positive()),
        negativeOffset,
        add(negativeOffset, x.negativeOffset(), x.negative(), y.negativeOffset(), y.negative()),
        x.count() + y.count(),
        y.hasSum(),
        x.sum() + y.sum());
  }

  /** The same at a lower scale. */
  static Exponential rescale(Exponential of, int scale) {
    int shift = of.scale() - scale;
    if (shift <= 0) {
      return of;
    }
    int by = Math.min(shift, 31);
    return new Exponential(
        scale,
        of.zeroCount(),
        of.zeroThreshold(),
        of.positiveOffset() >> by,
        shift(of.positiveOffset(), of.positive(), by),
        of.negativeOffset() >> by,
        shift(of.negativeOffset(), of.negative(), by),
        of.count(),
        of.hasSum(),
        of.sum());
  }

  /** As classic buckets: the bounds of the buckets there are, zero between both sides. */
  static Histogram classic(Exponential of) {
    Exponential coarse = rescale(of, Math.min(of.scale(), CLASSIC_SCALE));
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    long below = 0; // counted in the next bucket up
    for (int i = coarse.negative().length - 1; i >= 0; i--) {
      // (-upper, -lower] in absolute terms; the count is below -lower
      double bound = -bound(coarse.scale(), (long) coarse.negativeOffset() + i);
      if (bound == Double.NEGATIVE_INFINITY || bound == 0) { // too large or too small to say
        below += coarse.negative()[i];
        continue;
      }
      bounds.add(bound);
      counts.add(coarse.negative()[i] + below);
      below = 0;
    }
    if (coarse.zeroCount() != 0 || !bounds.isEmpty() || below != 0) {
      bounds.add(coarse.zeroThreshold());
      counts.add(coarse.zeroCount() + below);
    }
    for (int i = 0; i < coarse.positive().length; i++) {
      double upper = bound(coarse.scale(), (long) coarse.positiveOffset() + i + 1);
      if (upper == Double.POSITIVE_INFINITY) {
        break; // what is above the largest number is in the infinite bucket
      }
      if (bounds.isEmpty() || upper > bounds.get(bounds.size() - 1)) {
        bounds.add(upper);
        counts.add(coarse.positive()[i]);
      } else { // swallowed by the zero bucket
        counts.set(counts.size() - 1, counts.get(counts.size() - 1) + coarse.positive()[i]);
      }
    }
    long[] perBucket = new long[bounds.size() + 1]; // the infinite one is what count says
    for (int i = 0; i < bounds.size(); i++) {
      perBucket[i] = counts.get(i);
    }
    return new Histogram(
        bounds.stream().mapToDouble(Double::doubleValue).toArray(),
        perBucket,
        coarse.count(),
        coarse.hasSum(),
        coarse.sum());
  }

  /** {@code base^index}. */
  static double bound(int scale, long index) {
    return Math.pow(2, Math.scalb((double) index, -scale));
  }

  private static int span(int offsetA, long[] a, int offsetB, long[] b) {
    if (a.length == 0 || b.length == 0) {
      return Math.max(a.length, b.length);
    }
    long end = Math.max((long) offsetA + a.length, (long) offsetB + b.length);
    return (int) Math.min(Integer.MAX_VALUE, end - Math.min(offsetA, offsetB));
  }

  private static int offset(int offsetA, long[] a, int offsetB, long[] b) {
    return a.length == 0 ? offsetB : b.length == 0 ? offsetA : Math.min(offsetA, offsetB);
  }

  private static long[] add(int offset, int offsetA, long[] a, int offsetB, long[] b) {
    long[] sum = new long[span(offsetA, a, offsetB, b)];
    for (int i = 0; i < a.length; i++) {
      sum[offsetA - offset + i] += a[i];
    }
    for (int i = 0; i < b.length; i++) {
      sum[offsetB - offset + i] += b[i];
    }
    return sum;
  }

  private static long[] shift(int offset, long[] counts, int by) {
    if (counts.length == 0) {
      return counts;
    }
    int first = offset >> by;
    int last = (int) ((long) offset + counts.length - 1 >> by);
    long[] joined = new long[last - first + 1];
    for (int i = 0; i < counts.length; i++) {
      joined[(int) ((long) offset + i >> by) - first] += counts[i];
    }
    return joined;
  }
}
