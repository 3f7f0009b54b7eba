package io.vigia.collector.store;

import io.vigia.collector.otlp.MetricView;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.sql.SQLException;
import java.util.Arrays;
import org.duckdb.DuckDBAppender;

/**
 * Reads a histogram, exponential histogram or summary point into one form: count, sum, and counts
 * of buckets with explicit bounds. Reusable, not thread-safe.
 *
 * <p>An exponential bucket {@code i} of scale {@code s} holds {@code (b^i, b^(i+1)]} with {@code b
 * = 2^(2^-s)} (OpenTelemetry metrics data model, "Exponential Scale"), which is an explicit bucket.
 * Zeros and negative values go to the first one.
 */
final class HistogramPoint {
  private static final int MAX_BUCKETS = 4096;

  private final ProtoReader point = new ProtoReader();
  private final ProtoReader packed = new ProtoReader();
  private final Slice positive = new Slice();
  private long timeUnixNanos;
  private long flags;
  private long count;
  private double sum;
  private double min;
  private double max;
  private double[] bounds = {};
  private long[] counts = {};

  void read(Slice message, MetricView.Kind kind) {
    timeUnixNanos = flags = count = 0;
    sum = min = max = Double.NaN;
    bounds = new double[0];
    counts = new long[0];
    switch (kind) {
      case HISTOGRAM -> explicit(message);
      case EXPONENTIAL_HISTOGRAM -> exponential(message);
      default -> summary(message);
    }
  }

  /** Whether the sender says that there is no value any more ({@code FLAG_NO_RECORDED_VALUE}). */
  boolean noRecordedValue() {
    return (flags & 1) != 0;
  }

  long timeUnixNanos() {
    return timeUnixNanos;
  }

  void append(long series, DuckDBAppender row) throws SQLException {
    row.beginRow();
    row.append(series);
    row.append(timeUnixNanos);
    row.append(count);
    number(row, sum);
    number(row, min);
    number(row, max);
    row.append(bounds);
    row.append(counts);
    row.endRow();
  }

  private static void number(DuckDBAppender row, double value) throws SQLException {
    if (Double.isNaN(value)) {
      row.appendNull();
    } else {
      row.append(value);
    }
  }

  private void explicit(Slice message) {
    point.reset(message);
    while (point.next()) {
      switch (point.tag()) {
        case OtlpFields.HISTOGRAM_POINT_TIME_UNIX_NANO -> timeUnixNanos = point.value();
        case OtlpFields.HISTOGRAM_POINT_FLAGS -> flags = point.value();
        case OtlpFields.HISTOGRAM_POINT_COUNT -> count = point.value();
        case OtlpFields.HISTOGRAM_POINT_SUM -> sum = point.doubleValue();
        case OtlpFields.HISTOGRAM_POINT_MIN -> min = point.doubleValue();
        case OtlpFields.HISTOGRAM_POINT_MAX -> max = point.doubleValue();
        case OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS -> {
          point.enter(packed);
          counts = new long[Math.min(MAX_BUCKETS, point.length() / 8)];
          for (int i = 0; i < counts.length; i++) {
            counts[i] = packed.packedFixed64();
          }
        }
        case OtlpFields.HISTOGRAM_POINT_EXPLICIT_BOUNDS -> {
          point.enter(packed);
          bounds = new double[Math.min(MAX_BUCKETS, point.length() / 8)];
          for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Double.longBitsToDouble(packed.packedFixed64());
          }
        }
        case OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS_UNPACKED -> {
          counts = Arrays.copyOf(counts, counts.length + 1);
          counts[counts.length - 1] = point.value();
        }
        case OtlpFields.HISTOGRAM_POINT_EXPLICIT_BOUNDS_UNPACKED -> {
          bounds = Arrays.copyOf(bounds, bounds.length + 1);
          bounds[bounds.length - 1] = point.doubleValue();
        }
        default -> {}
      }
    }
    if (counts.length != bounds.length + 1) {
      bounds = new double[0];
      counts = new long[0];
    }
  }

  private void exponential(Slice message) {
    int scale = 0;
    positive.clear();
    point.reset(message);
    while (point.next()) {
      switch (point.tag()) {
        case OtlpFields.EXPONENTIAL_POINT_TIME_UNIX_NANO -> timeUnixNanos = point.value();
        case OtlpFields.EXPONENTIAL_POINT_FLAGS -> flags = point.value();
        case OtlpFields.EXPONENTIAL_POINT_COUNT -> count = point.value();
        case OtlpFields.EXPONENTIAL_POINT_SUM -> sum = point.doubleValue();
        case OtlpFields.EXPONENTIAL_POINT_MIN -> min = point.doubleValue();
        case OtlpFields.EXPONENTIAL_POINT_MAX -> max = point.doubleValue();
        case OtlpFields.EXPONENTIAL_POINT_SCALE -> scale = (int) point.zigZag();
        case OtlpFields.EXPONENTIAL_POINT_POSITIVE -> point.slice(positive);
        default -> {}
      }
    }
    buckets(scale);
  }

  private void buckets(int scale) {
    int offset = 0;
    long[] found = new long[16];
    int size = 0;
    point.reset(positive);
    while (point.next()) {
      switch (point.tag()) {
        case OtlpFields.BUCKETS_OFFSET -> offset = (int) point.zigZag();
        case OtlpFields.BUCKETS_BUCKET_COUNTS -> {
          point.enter(packed);
          while (!packed.atEnd() && size < MAX_BUCKETS) {
            found = size == found.length ? Arrays.copyOf(found, size * 2) : found;
            found[size++] = packed.packedVarint();
          }
        }
        case OtlpFields.BUCKETS_BUCKET_COUNTS_UNPACKED -> {
          if (size < MAX_BUCKETS) {
            found = size == found.length ? Arrays.copyOf(found, size * 2) : found;
            found[size++] = point.value();
          }
        }
        default -> {}
      }
    }
    double exponent = Math.pow(2, -scale);
    bounds = new double[size + 1];
    counts = new long[size + 2];
    long inBuckets = 0;
    for (int i = 0; i <= size; i++) {
      bounds[i] = Math.pow(2, (offset + i) * exponent);
    }
    for (int i = 0; i < size; i++) {
      counts[i + 1] = found[i];
      inBuckets += found[i];
    }
    counts[0] = Math.max(0, count - inBuckets);
  }

  private void summary(Slice message) {
    point.reset(message);
    while (point.next()) {
      switch (point.tag()) {
        case OtlpFields.SUMMARY_POINT_TIME_UNIX_NANO -> timeUnixNanos = point.value();
        case OtlpFields.SUMMARY_POINT_FLAGS -> flags = point.value();
        case OtlpFields.SUMMARY_POINT_COUNT -> count = point.value();
        case OtlpFields.SUMMARY_POINT_SUM -> sum = point.doubleValue();
        default -> {}
      }
    }
  }
}
