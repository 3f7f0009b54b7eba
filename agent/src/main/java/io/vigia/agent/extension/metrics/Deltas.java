package io.vigia.agent.extension.metrics;

import static io.opentelemetry.sdk.metrics.data.AggregationTemporality.DELTA;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one reader is given of the counters and histograms of the application's registries when it
 * wants deltas: those registries know only all since their start. A series that has become less was
 * reset and is new (OpenTelemetry specification, metrics data model, "Resets and Gaps"). One that
 * is missing for a while, because its collector threw, is no new one when it is back; it is
 * remembered for an hour. A gauge histogram that shrinks is taken for one that was reset. A point
 * begins where the last one ended; when the wall clock was set back to before that, as long before
 * its end as time has passed. Thread-safe.
 */
final class Deltas {

  static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

  private final LongSupplier nanoTime;
  private final Map<List<Object>, Last> lastOnes = new HashMap<>();

  private static final class Last {
    final PointData point;
    final long nanos;

    Last(PointData point, long nanos) {
      this.point = point;
      this.nanos = nanos;
    }
  }

  /** The last reading as the next point needs it. */
  private static final class Before<P extends PointData> {
    final P point;
    final long endEpochNanos;

    Before(P point, long endEpochNanos) {
      this.point = point;
      this.endEpochNanos = endEpochNanos;
    }
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Deltas(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** What has come since the last reading; what is not of these registries, as it is. */
  synchronized Collection<MetricData> of(Collection<MetricData> read) {
    long now = nanoTime.getAsLong();
    List<MetricData> result = new ArrayList<>(read.size());
    for (MetricData metric : read) {
      boolean ofRegistry = metric.getInstrumentationScopeInfo().equals(FamilyConverter.SCOPE);
      result.add(ofRegistry ? delta(metric, now) : metric);
    }
    lastOnes.values().removeIf(last -> now - last.nanos > KEPT_NANOS);
    return result;
  }

  private MetricData delta(MetricData metric, long now) {
    switch (metric.getType()) {
      case DOUBLE_SUM:
        List<DoublePointData> sums = new ArrayList<>();
        for (DoublePointData point : metric.getDoubleSumData().getPoints()) {
          sums.add(sum(point, before(metric, point, DoublePointData.class, now)));
        }
        return ImmutableMetricData.createDoubleSum(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableSumData.create(true, DELTA, sums));
      case HISTOGRAM:
        List<HistogramPointData> histograms = new ArrayList<>();
        for (HistogramPointData point : metric.getHistogramData().getPoints()) {
          histograms.add(histogram(point, before(metric, point, HistogramPointData.class, now)));
        }
        return ImmutableMetricData.createDoubleHistogram(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableHistogramData.create(DELTA, histograms));
      case EXPONENTIAL_HISTOGRAM:
        List<ExponentialHistogramPointData> exponential = new ArrayList<>();
        for (ExponentialHistogramPointData point :
            metric.getExponentialHistogramData().getPoints()) {
          exponential.add(
              exponential(point, before(metric, point, ExponentialHistogramPointData.class, now)));
        }
        return ImmutableMetricData.createExponentialHistogram(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            ImmutableExponentialHistogramData.create(DELTA, exponential));
      default:
        return metric;
    }
  }

  /** Which the series had at the last reading; remembers this one. */
  private <P extends PointData> @Nullable Before<P> before(
      MetricData metric, P point, Class<P> type, long now) {
    List<Object> series = Arrays.asList(metric.getName(), type, point.getAttributes());
    Last last = lastOnes.put(series, new Last(point, now));
    if (last == null) {
      return null;
    }
    long end = last.point.getEpochNanos();
    boolean setBack = end > point.getEpochNanos();
    return new Before<>(
        type.cast(last.point), setBack ? point.getEpochNanos() - (now - last.nanos) : end);
  }

  private static DoublePointData sum(
      DoublePointData point, @Nullable Before<DoublePointData> last) {
    double value = point.getValue();
    if (last != null && value >= last.point.getValue()) {
      value -= last.point.getValue();
    }
    return ImmutableDoublePointData.create(
        start(point, last),
        point.getEpochNanos(),
        point.getAttributes(),
        value,
        since(last, point.getExemplars()));
  }

  private static HistogramPointData histogram(
      HistogramPointData point, @Nullable Before<HistogramPointData> last) {
    List<Long> counts = point.getCounts();
    double sum = point.getSum();
    if (last != null && goesOn(point, last.point)) {
      List<Long> more = new ArrayList<>();
      for (int i = 0; i < counts.size(); i++) {
        more.add(counts.get(i) - last.point.getCounts().get(i));
      }
      counts = more;
      sum -= last.point.getSum();
    }
    return ImmutableHistogramPointData.create(
        start(point, last),
        point.getEpochNanos(),
        point.getAttributes(),
        sum,
        false,
        0,
        false,
        0,
        point.getBoundaries(),
        counts,
        since(last, point.getExemplars()));
  }

  private static boolean goesOn(HistogramPointData point, HistogramPointData last) {
    boolean goesOn = point.getBoundaries().equals(last.getBoundaries());
    for (int i = 0; goesOn && i < point.getCounts().size(); i++) {
      goesOn = point.getCounts().get(i) >= last.getCounts().get(i);
    }
    return goesOn;
  }

  private static ExponentialHistogramPointData exponential(
      ExponentialHistogramPointData point, @Nullable Before<ExponentialHistogramPointData> last) {
    ExponentialHistogramBuckets positive = point.getPositiveBuckets();
    ExponentialHistogramBuckets negative = point.getNegativeBuckets();
    long zero = point.getZeroCount();
    double sum = point.getSum();
    int scale = point.getScale();
    if (last != null) {
      int common =
          Math.min(scale, last.point.getScale()); // it rises again where fewer buckets are used
      More above = new More(positive, last.point.getPositiveBuckets(), common);
      More below = new More(negative, last.point.getNegativeBuckets(), common);
      long moreZeros = zero - last.point.getZeroCount() - above.movedToZero - below.movedToZero;
      if (moreZeros >= 0) { // else it was reset
        positive = above.buckets();
        negative = below.buckets();
        zero = moreZeros;
        scale = common;
        sum -= last.point.getSum();
      }
    }
    return ImmutableExponentialHistogramPointData.create(
        scale,
        sum,
        zero,
        false,
        0,
        false,
        0,
        positive,
        negative,
        start(point, last),
        point.getEpochNanos(),
        point.getAttributes(),
        since(last, point.getExemplars()));
  }

  /** Buckets without what was in them before, as wide as the wider ones of both. */
  private static final class More {
    private final int scale;
    private final int offset;
    private final List<Long> counts = new ArrayList<>();

    /** A histogram with too many buckets may count small values as zeros from then on. */
    long movedToZero;

    More(ExponentialHistogramBuckets now, ExponentialHistogramBuckets before, int scale) {
      this.scale = scale;
      this.offset = index(now, 0);
      for (int i = 0; i < now.getBucketCounts().size(); i++) {
        int at = index(now, i) - offset;
        long count = now.getBucketCounts().get(i);
        if (at == counts.size()) {
          counts.add(count);
        } else {
          counts.set(at, counts.get(at) + count);
        }
      }
      for (int i = 0; i < before.getBucketCounts().size(); i++) {
        int at = index(before, i) - offset;
        long count = before.getBucketCounts().get(i);
        long left = at >= 0 && at < counts.size() ? counts.get(at) : 0;
        if (left > 0) {
          counts.set(at, Math.max(0, left - count));
        }
        movedToZero += Math.max(0, count - left);
      }
    }

    private int index(ExponentialHistogramBuckets buckets, int bucket) {
      return buckets.getOffset() + bucket >> buckets.getScale() - scale;
    }

    ExponentialHistogramBuckets buckets() {
      return ImmutableExponentialHistogramBuckets.create(scale, offset, counts);
    }
  }

  private static long start(PointData point, @Nullable Before<?> last) {
    return last == null ? point.getStartEpochNanos() : last.endEpochNanos;
  }

  /** A registry gives the last exemplar again and again. */
  private static List<DoubleExemplarData> since(
      @Nullable Before<?> last, List<DoubleExemplarData> exemplars) {
    if (last == null || exemplars.isEmpty()) {
      return exemplars;
    }
    List<DoubleExemplarData> since = new ArrayList<>();
    for (DoubleExemplarData exemplar : exemplars) {
      if (!last.point.getExemplars().contains(exemplar)) {
        since.add(exemplar);
      }
    }
    return since.isEmpty() ? Collections.emptyList() : since;
  }
}
