package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A remote write request in the making: samples gathered by series, each series once, its samples
 * in the order of time. {@link WriteRequestV1} and {@link WriteRequestV2} make bytes of it. Not
 * thread-safe.
 */
final class WriteRequest implements SeriesSink {
  /** A series with plain samples or one with native histograms: the protocol mixes them never. */
  record Key(String name, LabelSet labels, String extraValue, boolean histograms) {}

  /** One sample: a number, or a histogram when there is one. */
  record Sample(
      double value,
      @Nullable NativeHistogram histogram,
      long timestampMillis,
      long startMillis,
      List<Exemplar> exemplars) {}

  /** The samples of a series. */
  static final class Series {
    final MetricFamily family;
    final @Nullable String extraLabel;
    final List<Sample> samples = new ArrayList<>(1);

    Series(MetricFamily family, @Nullable String extraLabel) {
      this.family = family;
      this.extraLabel = extraLabel;
    }
  }

  private final Map<Key, Series> series = new LinkedHashMap<>();
  private final Map<String, MetricFamily> families = new LinkedHashMap<>();
  private final boolean nativeHistograms;
  private @Nullable MetricPoint current;
  private int samples;

  /**
   * @param nativeHistograms whether exponential histograms stay what they are; else classic buckets
   */
  WriteRequest(boolean nativeHistograms) {
    this.nativeHistograms = nativeHistograms;
  }

  void add(MetricPoint point) {
    current = point;
    if (nativeHistograms && point.value() instanceof Exponential exponential) {
      NativeHistogram histogram = NativeHistogram.of(exponential, point.stale());
      if (histogram != null) {
        List<Exemplar> exemplars = new ArrayList<>(point.exemplars());
        exemplars.sort(Comparator.comparingLong(Exemplar::timestampMillis));
        add(
            new Key(point.family().name(), point.labels(), "", true),
            null,
            new Sample(0, histogram, point.timestampMillis(), point.startMillis(), exemplars));
        return;
      }
    }
    SeriesSink.flatten(point, this);
  }

  /** Says what a metric is; only version 1.0 needs to be told. */
  void describe(MetricFamily family) {
    families.put(family.name(), family);
  }

  @Override
  public void sample(
      String name,
      LabelSet labels,
      @Nullable String extraLabel,
      String extraValue,
      double value,
      long timestampMillis,
      @Nullable Exemplar exemplar) {
    add(
        new Key(name, labels, extraValue, false),
        extraLabel,
        new Sample(
            value,
            null,
            timestampMillis,
            current == null ? 0 : current.startMillis(),
            exemplar == null ? List.of() : List.of(exemplar)));
  }

  private void add(Key key, @Nullable String extraLabel, Sample sample) {
    MetricPoint point = current;
    if (point == null) {
      throw new IllegalStateException("a sample of no point");
    }
    series.computeIfAbsent(key, k -> new Series(point.family(), extraLabel)).samples.add(sample);
    samples++;
  }

  /** How many samples, histograms among them, this request asks to write. */
  int samples() {
    return samples;
  }

  /** The protobuf bytes of version 1.0. */
  ProtoWriter encodeV1() {
    return new WriteRequestV1().encode(sorted(), families.values());
  }

  /** The protobuf bytes of version 2.0. */
  ProtoWriter encodeV2() {
    return new WriteRequestV2().encode(sorted());
  }

  private Map<Key, Series> sorted() {
    series
        .values()
        .forEach(one -> one.samples.sort(Comparator.comparingLong(Sample::timestampMillis)));
    return series;
  }

  /** Takes labels in the order of the specification: sorted by name. */
  interface Labels {
    void label(String name, String value);
  }

  /** All labels of a series, {@code __name__} and {@code le} among them. */
  static void labels(Key key, @Nullable String extraLabel, Labels out) {
    boolean named = false;
    boolean extra = extraLabel == null;
    for (int i = 0; i < key.labels.size(); i++) {
      String name = key.labels.name(i);
      if (!named && name.compareTo("__name__") >= 0) {
        out.label("__name__", key.name);
        named = true;
      }
      if (!extra && extraLabel != null && name.compareTo(extraLabel) >= 0) {
        out.label(extraLabel, key.extraValue);
        extra = true;
      }
      if (!name.equals("__name__") && !name.equals(extraLabel)) {
        out.label(name, key.labels.value(i));
      }
    }
    if (!named) {
      out.label("__name__", key.name);
    }
    if (!extra && extraLabel != null) {
      out.label(extraLabel, key.extraValue);
    }
  }
}
