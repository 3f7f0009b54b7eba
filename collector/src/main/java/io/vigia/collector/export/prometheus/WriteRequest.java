package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A remote write 1.0 request in the making: samples gathered by series, each series once, its
 * samples in the order of time. Source: prometheus/prompb/remote.proto and types.proto. Not
 * thread-safe.
 */
final class WriteRequest implements SeriesSink {
  private static final int TIMESERIES = 1 << 3 | ProtoReader.LEN;
  private static final int METADATA = 3 << 3 | ProtoReader.LEN;
  private static final int SERIES_LABELS = 1 << 3 | ProtoReader.LEN;
  private static final int SERIES_SAMPLES = 2 << 3 | ProtoReader.LEN;
  private static final int SERIES_EXEMPLARS = 3 << 3 | ProtoReader.LEN;
  private static final int LABEL_NAME = 1 << 3 | ProtoReader.LEN;
  private static final int LABEL_VALUE = 2 << 3 | ProtoReader.LEN;
  private static final int SAMPLE_VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int SAMPLE_TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final int EXEMPLAR_LABELS = 1 << 3 | ProtoReader.LEN;
  private static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  private static final int EXEMPLAR_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;
  private static final int METADATA_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int METADATA_NAME = 2 << 3 | ProtoReader.LEN;
  private static final int METADATA_HELP = 4 << 3 | ProtoReader.LEN;
  private static final int METADATA_UNIT = 5 << 3 | ProtoReader.LEN;

  private record Key(String name, LabelSet labels, String extraValue) {}

  private record Sample(double value, long timestampMillis, @Nullable Exemplar exemplar) {}

  private static final class Series {
    final @Nullable String extraLabel;
    final List<Sample> samples = new ArrayList<>(1);

    Series(@Nullable String extraLabel) {
      this.extraLabel = extraLabel;
    }
  }

  private final Map<Key, Series> series = new LinkedHashMap<>();
  private final Map<String, MetricFamily> families = new LinkedHashMap<>();

  void add(MetricPoint point) {
    SeriesSink.flatten(point, this);
  }

  /** Says what a metric is. */
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
    series
        .computeIfAbsent(new Key(name, labels, extraValue), key -> new Series(extraLabel))
        .samples
        .add(new Sample(value, timestampMillis, exemplar));
  }

  /** The protobuf bytes. */
  ProtoWriter encode() {
    ProtoWriter out = new ProtoWriter(64 + series.size() * 128);
    series.forEach(
        (key, one) -> {
          int message = out.begin(TIMESERIES, 200);
          labels(out, key, one.extraLabel);
          one.samples.sort(Comparator.comparingLong(Sample::timestampMillis));
          for (Sample sample : one.samples) {
            int mark = out.begin(SERIES_SAMPLES);
            out.doubleValue(SAMPLE_VALUE, sample.value);
            out.varint(SAMPLE_TIMESTAMP, sample.timestampMillis);
            out.end(mark);
          }
          for (Sample sample : one.samples) {
            if (sample.exemplar != null) {
              exemplar(out, sample.exemplar, sample.timestampMillis);
            }
          }
          out.end(message);
        });
    families.values().forEach(family -> metadata(out, family));
    return out;
  }

  private static void labels(ProtoWriter out, Key key, @Nullable String extraLabel) {
    boolean named = false;
    boolean extra = extraLabel == null;
    for (int i = 0; i < key.labels.size(); i++) {
      String name = key.labels.name(i);
      if (!named && name.compareTo("__name__") >= 0) {
        label(out, SERIES_LABELS, "__name__", key.name);
        named = true;
      }
      if (!extra && extraLabel != null && name.compareTo(extraLabel) >= 0) {
        label(out, SERIES_LABELS, extraLabel, key.extraValue);
        extra = true;
      }
      if (!name.equals("__name__") && !name.equals(extraLabel)) {
        label(out, SERIES_LABELS, name, key.labels.value(i));
      }
    }
    if (!named) {
      label(out, SERIES_LABELS, "__name__", key.name);
    }
    if (!extra && extraLabel != null) {
      label(out, SERIES_LABELS, extraLabel, key.extraValue);
    }
  }

  private static void label(ProtoWriter out, int tag, String name, String value) {
    int mark = out.begin(tag);
    out.string(LABEL_NAME, name);
    out.string(LABEL_VALUE, value);
    out.end(mark);
  }

  private static void exemplar(ProtoWriter out, Exemplar exemplar, long sampleMillis) {
    int mark = out.begin(SERIES_EXEMPLARS);
    for (int i = 0; i < exemplar.labels().size(); i++) {
      label(out, EXEMPLAR_LABELS, exemplar.labels().name(i), exemplar.labels().value(i));
    }
    out.doubleValue(EXEMPLAR_VALUE, exemplar.value());
    long millis = exemplar.timestampMillis();
    out.varint(EXEMPLAR_TIMESTAMP, millis > 0 ? millis : sampleMillis);
    out.end(mark);
  }

  private static void metadata(ProtoWriter out, MetricFamily family) {
    int mark = out.begin(METADATA);
    out.varint(METADATA_TYPE, family.type().number);
    out.string(METADATA_NAME, family.name());
    out.string(METADATA_HELP, family.help());
    out.string(METADATA_UNIT, family.unit());
    out.end(mark);
  }
}
