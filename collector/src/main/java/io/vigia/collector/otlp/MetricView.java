package io.vigia.collector.otlp;

import org.jspecify.annotations.Nullable;

/**
 * A flyweight on what a {@code Metric} says of its data points. Source:
 * opentelemetry/proto/metrics/v1/metrics.proto. Not thread-safe.
 */
public final class MetricView {
  /** What the data points are. */
  public enum Kind {
    GAUGE,
    SUM,
    HISTOGRAM,
    EXPONENTIAL_HISTOGRAM,
    SUMMARY;

    static @Nullable Kind of(int tag) {
      return switch (tag) {
        case OtlpFields.METRIC_GAUGE -> GAUGE;
        case OtlpFields.METRIC_SUM -> SUM;
        case OtlpFields.METRIC_HISTOGRAM -> HISTOGRAM;
        case OtlpFields.METRIC_EXPONENTIAL_HISTOGRAM -> EXPONENTIAL_HISTOGRAM;
        case OtlpFields.METRIC_SUMMARY -> SUMMARY;
        default -> null;
      };
    }
  }

  private final ProtoReader reader = new ProtoReader();
  private final Slice bytes = new Slice();
  private final Slice name = new Slice();
  private final Slice description = new Slice();
  private final Slice unit = new Slice();
  private final Slice data = new Slice();
  private int dataTag;
  private int pointsBytes;
  private boolean moved;
  private Kind kind = Kind.GAUGE;
  private int temporality;
  private boolean monotonic;

  void reset(Slice metric) {
    bytes.set(metric);
    name.clear();
    description.clear();
    unit.clear();
    reader.reset(metric);
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.METRIC_NAME -> reader.slice(name);
        case OtlpFields.METRIC_DESCRIPTION -> reader.slice(description);
        case OtlpFields.METRIC_UNIT -> reader.slice(unit);
        default -> {}
      }
    }
  }

  void data(Kind kind, ProtoReader at) {
    this.kind = kind;
    dataTag = at.tag();
    at.slice(data);
    pointsBytes = 0;
    moved = true;
    temporality = 0;
    monotonic = false;
    at.enter(reader);
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.DATA_AGGREGATION_TEMPORALITY -> temporality = (int) reader.value();
        case OtlpFields.DATA_DATA_POINTS -> pointsBytes += reader.length();
        case OtlpFields.DATA_IS_MONOTONIC -> monotonic = reader.bool();
        default -> {}
      }
    }
  }

  /** The field of the metric that the current points are in. */
  int dataTag() {
    return dataTag;
  }

  /** The {@code Gauge}, {@code Sum}, … message. */
  Slice data(Slice into) {
    return into.set(data);
  }

  /** An upper bound of what is said of the metric besides its points. */
  int headerBytes() {
    return bytes.length() - pointsBytes;
  }

  /** Whether {@link #kind} was set again since the last call: a metric may hold several. */
  boolean moved() {
    boolean was = moved;
    moved = false;
    return was;
  }

  /** The whole {@code Metric} message. */
  public Slice bytes() {
    return bytes;
  }

  public Slice name() {
    return name;
  }

  public Slice description() {
    return description;
  }

  public Slice unit() {
    return unit;
  }

  public Kind kind() {
    return kind;
  }

  /** {@code AggregationTemporality}: 0 unspecified, 1 delta, 2 cumulative. */
  public int temporality() {
    return temporality;
  }

  /** Whether a sum only goes up. */
  public boolean monotonic() {
    return monotonic;
  }
}
