package io.vigia.collector.otlp;

/**
 * A flyweight on a data point of any kind. Source: opentelemetry/proto/metrics/v1/metrics.proto.
 * Not thread-safe.
 */
public final class PointView {
  private final ProtoReader reader = new ProtoReader();
  private final Slice point = new Slice();
  private final RepeatedFixed64 bucketCounts = new RepeatedFixed64();
  private final RepeatedFixed64 explicitBounds = new RepeatedFixed64();
  private final Slice positive = new Slice();
  private final Slice negative = new Slice();
  private MetricView.Kind kind = MetricView.Kind.GAUGE;
  private long startTimeUnixNanos;
  private long timeUnixNanos;
  private long bits;
  private boolean isInt;
  private boolean hasValue;
  private int flags;
  private long count;
  private long zeroCount;
  private double zeroThreshold;
  private int scale;
  private double sum;
  private double min;
  private double max;
  private boolean hasSum;
  private boolean hasMin;
  private boolean hasMax;

  public PointView reset(MetricView.Kind kind, Slice dataPoint) {
    this.kind = kind;
    point.set(dataPoint);
    bucketCounts.clear();
    explicitBounds.clear();
    positive.clear();
    negative.clear();
    startTimeUnixNanos = timeUnixNanos = bits = count = zeroCount = 0;
    flags = scale = 0;
    sum = min = max = zeroThreshold = 0;
    isInt = hasValue = hasSum = hasMin = hasMax = false;
    reader.reset(dataPoint);
    while (reader.next()) {
      switch (reader.tag()) {
        // the same field numbers in all kinds
        case OtlpFields.NUMBER_POINT_START_TIME_UNIX_NANO -> startTimeUnixNanos = reader.value();
        case OtlpFields.NUMBER_POINT_TIME_UNIX_NANO -> timeUnixNanos = reader.value();
        default -> {
          switch (kind) {
            case GAUGE, SUM -> number();
            case HISTOGRAM -> histogram();
            case EXPONENTIAL_HISTOGRAM -> exponential();
            case SUMMARY -> summary();
          }
        }
      }
    }
    return this;
  }

  private void number() {
    switch (reader.tag()) {
      case OtlpFields.NUMBER_POINT_AS_DOUBLE -> value(false);
      case OtlpFields.NUMBER_POINT_AS_INT -> value(true);
      case OtlpFields.NUMBER_POINT_FLAGS -> flags = (int) reader.value();
      default -> {}
    }
  }

  private void value(boolean isInt) {
    hasValue = true;
    this.isInt = isInt;
    bits = reader.value();
  }

  private void histogram() {
    switch (reader.tag()) {
      case OtlpFields.HISTOGRAM_POINT_COUNT -> count = reader.value();
      case OtlpFields.HISTOGRAM_POINT_SUM -> sum();
      case OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS -> bucketCounts.packed(reader);
      case OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS_UNPACKED -> bucketCounts.unpacked(reader);
      case OtlpFields.HISTOGRAM_POINT_EXPLICIT_BOUNDS -> explicitBounds.packed(reader);
      case OtlpFields.HISTOGRAM_POINT_EXPLICIT_BOUNDS_UNPACKED -> explicitBounds.unpacked(reader);
      case OtlpFields.HISTOGRAM_POINT_FLAGS -> flags = (int) reader.value();
      case OtlpFields.HISTOGRAM_POINT_MIN -> min();
      case OtlpFields.HISTOGRAM_POINT_MAX -> max();
      default -> {}
    }
  }

  private void exponential() {
    switch (reader.tag()) {
      case OtlpFields.EXPONENTIAL_POINT_COUNT -> count = reader.value();
      case OtlpFields.EXPONENTIAL_POINT_SUM -> sum();
      case OtlpFields.EXPONENTIAL_POINT_SCALE -> scale = (int) reader.zigZag();
      case OtlpFields.EXPONENTIAL_POINT_ZERO_COUNT -> zeroCount = reader.value();
      case OtlpFields.EXPONENTIAL_POINT_ZERO_THRESHOLD -> zeroThreshold = reader.doubleValue();
      case OtlpFields.EXPONENTIAL_POINT_POSITIVE -> reader.slice(positive);
      case OtlpFields.EXPONENTIAL_POINT_NEGATIVE -> reader.slice(negative);
      case OtlpFields.EXPONENTIAL_POINT_FLAGS -> flags = (int) reader.value();
      case OtlpFields.EXPONENTIAL_POINT_MIN -> min();
      case OtlpFields.EXPONENTIAL_POINT_MAX -> max();
      default -> {}
    }
  }

  private void summary() {
    switch (reader.tag()) {
      case OtlpFields.SUMMARY_POINT_COUNT -> count = reader.value();
      case OtlpFields.SUMMARY_POINT_SUM -> sum();
      case OtlpFields.SUMMARY_POINT_FLAGS -> flags = (int) reader.value();
      default -> {}
    }
  }

  private void sum() {
    hasSum = true;
    sum = reader.doubleValue();
  }

  private void min() {
    hasMin = true;
    min = reader.doubleValue();
  }

  private void max() {
    hasMax = true;
    max = reader.doubleValue();
  }

  /** The whole message, for {@link KeyValues} and for exemplars and quantiles. */
  public Slice bytes() {
    return point;
  }

  /** Which field of {@link #bytes} holds the attributes. */
  public int attributesTag() {
    return switch (kind) {
      case GAUGE, SUM -> OtlpFields.NUMBER_POINT_ATTRIBUTES;
      case HISTOGRAM -> OtlpFields.HISTOGRAM_POINT_ATTRIBUTES;
      case EXPONENTIAL_HISTOGRAM -> OtlpFields.EXPONENTIAL_POINT_ATTRIBUTES;
      case SUMMARY -> OtlpFields.SUMMARY_POINT_ATTRIBUTES;
    };
  }

  /** Which field of {@link #bytes} holds the exemplars, or 0 when the kind has none. */
  public int exemplarsTag() {
    return switch (kind) {
      case GAUGE, SUM -> OtlpFields.NUMBER_POINT_EXEMPLARS;
      case HISTOGRAM -> OtlpFields.HISTOGRAM_POINT_EXEMPLARS;
      case EXPONENTIAL_HISTOGRAM -> OtlpFields.EXPONENTIAL_POINT_EXEMPLARS;
      case SUMMARY -> 0;
    };
  }

  public long startTimeUnixNanos() {
    return startTimeUnixNanos;
  }

  public long timeUnixNanos() {
    return timeUnixNanos;
  }

  /** Whether the sender says there was no value ({@code FLAG_NO_RECORDED_VALUE}). */
  public boolean noRecordedValue() {
    return (flags & 1) != 0;
  }

  /** Gauge and sum: whether there is a value at all. */
  public boolean hasValue() {
    return hasValue;
  }

  /** Gauge and sum: whether the value is {@link #intValue}, not {@link #doubleValue}. */
  public boolean isInt() {
    return isInt;
  }

  public long intValue() {
    return bits;
  }

  /** Gauge and sum: the value as a floating-point number, whichever it was. */
  public double doubleValue() {
    return isInt ? bits : Double.longBitsToDouble(bits);
  }

  public long count() {
    return count;
  }

  public double sumValue() {
    return sum;
  }

  /** Whether the sender gave a sum (a summary's 0 counts as none). */
  public boolean hasSum() {
    return hasSum;
  }

  public double minValue() {
    return min;
  }

  public boolean hasMin() {
    return hasMin;
  }

  public double maxValue() {
    return max;
  }

  public boolean hasMax() {
    return hasMax;
  }

  /** Histogram: little-endian 8-byte counts; read with {@link ProtoReader#packedFixed64}. */
  public Slice bucketCounts() {
    return bucketCounts.elements();
  }

  /** Histogram: little-endian 8-byte doubles; read with {@link ProtoReader#packedFixed64}. */
  public Slice explicitBounds() {
    return explicitBounds.elements();
  }

  public int scale() {
    return scale;
  }

  public long zeroCount() {
    return zeroCount;
  }

  public double zeroThreshold() {
    return zeroThreshold;
  }

  /** Exponential histogram: the {@code Buckets} message above zero. */
  public Slice positive() {
    return positive;
  }

  /** Exponential histogram: the {@code Buckets} message below zero. */
  public Slice negative() {
    return negative;
  }
}
