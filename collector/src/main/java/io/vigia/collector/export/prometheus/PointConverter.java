package io.vigia.collector.export.prometheus;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.MetricView;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.PointView;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * OTLP data points as Prometheus sees them. Source: opentelemetry.io, "Prometheus and OpenMetrics
 * Compatibility". Delta points come out as they are, with {@link Converted#delta} set: who uses
 * them adds them up ({@link DeltaSums}). Not thread-safe.
 */
final class PointConverter {
  /**
   * @param delta whether the value is a difference to the point before
   */
  record Converted(MetricPoint point, boolean delta) {}

  /** Takes what was converted. */
  interface Sink {
    /**
     * @param entry of the batch
     * @param item of the entry's record
     */
    void point(int entry, int item, Converted converted);
  }

  private static final int DELTA = 1;
  private static final MetricPoint.Number NONE = new MetricPoint.Number(0);
  private static final MetricPoint.Exponential EMPTY =
      new MetricPoint.Exponential(0, 0, 0, 0, new long[0], 0, new long[0], 0, true, 0);

  private final OtlpItems items = new OtlpItems();
  private final PointView view = new PointView();
  private final KeyValues attributes = new KeyValues();
  private final ProtoReader reader = new ProtoReader();
  private final ResourceLabels.Cache resources = new ResourceLabels.Cache();
  private @Nullable ResourceLabels resource;
  private @Nullable MetricFamily family;

  private final boolean scopeLabels;
  private Map<String, String> scope = Map.of();

  /**
   * @param scopeLabels whether series carry the name and the rest of their instrumentation scope
   */
  PointConverter(boolean scopeLabels) {
    this.scopeLabels = scopeLabels;
  }

  /**
   * Converts the wanted points of a batch that hold a value, in order.
   *
   * @param sink {@link #resource} is the point's own while it is called
   */
  void convert(ExportBatch batch, Sink sink) {
    for (int e = 0; e < batch.entries().size(); e++) {
      ExportBatch.Entry entry = batch.entries().get(e);
      LogRecord record = entry.record();
      resource = null;
      family = null;
      items.reset(record);
      while (items.next()) {
        // those that nobody wants, too: they may be the first of their resource or metric
        Converted converted = current(record.envelope());
        if (converted != null && entry.wants(items.index())) {
          sink.point(e, items.index(), converted);
        }
      }
    }
  }

  /** The resource of the item converted last. */
  ResourceLabels resource() {
    if (resource == null) {
      throw new IllegalStateException("nothing converted yet");
    }
    return resource;
  }

  /** Converts the current item; null when the point holds no value. */
  private @Nullable Converted current(Envelope envelope) {
    if (items.newResource() || resource == null) {
      resource = resources.get(items.resource(), envelope.attributes());
    }
    if (scopeLabels && items.newScope()) {
      scope = ScopeLabels.of(items);
    }
    MetricView metric = items.metric();
    if (items.newMetric() || family == null) {
      family = family(metric);
    }
    view.reset(metric.kind(), items.item());
    if (!view.noRecordedValue() && !hasValue(metric.kind())) {
      return null;
    }
    Map<String, String> labels = new TreeMap<>();
    LabelSet.addTo(labels, attributes.reset(view.bytes(), view.attributesTag()));
    labels.putAll(scope);
    labels.putAll(resource.identity());
    labels.keySet().removeAll(reserved(metric.kind()));
    long nanos = view.timeUnixNanos() > 0 ? view.timeUnixNanos() : envelope.receiveTimeUnixNanos();
    MetricPoint point =
        new MetricPoint(
            family,
            new LabelSet(labels),
            nanos / 1_000_000,
            family.type() == MetricFamily.Type.GAUGE ? 0 : view.startTimeUnixNanos() / 1_000_000,
            view.noRecordedValue(),
            value(metric.kind()),
            view.exemplarsTag() == 0 ? List.of() : exemplars());
    return new Converted(
        point, metric.kind() != MetricView.Kind.GAUGE && metric.temporality() == DELTA);
  }

  /** Labels that Prometheus gives a meaning: two points must not differ in nothing else. */
  private static Set<String> reserved(MetricView.Kind kind) {
    return switch (kind) {
      case GAUGE, SUM -> Set.of("__name__");
      case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> Set.of("__name__", "le");
      case SUMMARY -> Set.of("__name__", "quantile");
    };
  }

  private boolean hasValue(MetricView.Kind kind) {
    return switch (kind) {
      case GAUGE, SUM -> view.hasValue();
      default -> true;
    };
  }

  private static MetricFamily family(MetricView metric) {
    boolean counter = metric.kind() == MetricView.Kind.SUM && metric.monotonic();
    MetricFamily.Type type =
        switch (metric.kind()) {
          case GAUGE -> MetricFamily.Type.GAUGE;
          case SUM -> counter ? MetricFamily.Type.COUNTER : MetricFamily.Type.GAUGE;
          case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> MetricFamily.Type.HISTOGRAM;
          case SUMMARY -> MetricFamily.Type.SUMMARY;
        };
    String unit = metric.unit().toString();
    String name = PrometheusNames.metric(metric.name().toString(), unit, metric.kind(), counter);
    return new MetricFamily(
        name, type, metric.description().toString(), PrometheusNames.unitWord(unit));
  }

  private MetricPoint.Value value(MetricView.Kind kind) {
    if (view.noRecordedValue() && kind != MetricView.Kind.HISTOGRAM) {
      return switch (kind) {
        case EXPONENTIAL_HISTOGRAM -> EMPTY;
        case SUMMARY -> summary();
        default -> NONE;
      };
    }
    return switch (kind) {
      case GAUGE, SUM -> new MetricPoint.Number(view.doubleValue());
      case HISTOGRAM -> histogram();
      case EXPONENTIAL_HISTOGRAM -> exponential();
      case SUMMARY -> summary();
    };
  }

  private MetricPoint.Histogram histogram() {
    double[] bounds = new double[view.explicitBounds().length() / 8];
    reader.reset(view.explicitBounds());
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Double.longBitsToDouble(reader.packedFixed64());
    }
    long[] counts = new long[view.bucketCounts().length() / 8];
    reader.reset(view.bucketCounts());
    for (int i = 0; i < counts.length; i++) {
      counts[i] = reader.packedFixed64();
    }
    if (counts.length == bounds.length + 1 && ascending(bounds)) {
      int finite = bounds.length;
      if (finite > 0 && bounds[finite - 1] == Double.POSITIVE_INFINITY) {
        finite--; // some senders name the bucket that everything is in; it is written anyway
        counts[finite] += counts[finite + 1];
      }
      bounds = Arrays.copyOf(bounds, finite);
      counts = Arrays.copyOf(counts, finite + 1);
    } else { // none, or nonsense
      bounds = new double[0];
      counts = new long[0];
    }
    return new MetricPoint.Histogram(bounds, counts, view.count(), view.hasSum(), view.sumValue());
  }

  private static boolean ascending(double[] bounds) {
    for (int i = 0; i < bounds.length; i++) {
      if (Double.isNaN(bounds[i]) || i > 0 && bounds[i] <= bounds[i - 1]) {
        return false;
      }
    }
    return true;
  }

  private MetricPoint.Exponential exponential() {
    Side positive = side(view.positive());
    Side negative = side(view.negative());
    return new MetricPoint.Exponential(
        view.scale(),
        view.zeroCount(),
        view.zeroThreshold(),
        positive.offset,
        positive.counts,
        negative.offset,
        negative.counts,
        view.count(),
        view.hasSum(),
        view.sumValue());
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Side(int offset, long[] counts) {}

  private Side side(Slice buckets) {
    int offset = 0;
    long[] counts = new long[16];
    int size = 0;
    ProtoReader packed = new ProtoReader();
    reader.reset(buckets);
    while (reader.next()) {
      if (reader.tag() == OtlpFields.BUCKETS_OFFSET) {
        offset = (int) reader.zigZag();
      } else if (reader.tag() == OtlpFields.BUCKETS_BUCKET_COUNTS) {
        reader.enter(packed);
        while (!packed.atEnd()) {
          counts = size == counts.length ? Arrays.copyOf(counts, size * 2) : counts;
          counts[size++] = packed.packedVarint();
        }
      } else if (reader.tag() == OtlpFields.BUCKETS_BUCKET_COUNTS_UNPACKED) {
        counts = size == counts.length ? Arrays.copyOf(counts, size * 2) : counts;
        counts[size++] = reader.value();
      }
    }
    return new Side(offset, Arrays.copyOf(counts, size));
  }

  private MetricPoint.Summary summary() {
    List<double[]> quantiles = new ArrayList<>();
    ProtoReader quantile = new ProtoReader();
    reader.reset(view.bytes());
    while (reader.next()) {
      if (reader.tag() == OtlpFields.SUMMARY_POINT_QUANTILE_VALUES) {
        double[] pair = new double[2];
        reader.enter(quantile);
        while (quantile.next()) {
          if (quantile.tag() == OtlpFields.QUANTILE_QUANTILE) {
            pair[0] = quantile.doubleValue();
          } else if (quantile.tag() == OtlpFields.QUANTILE_VALUE) {
            pair[1] = quantile.doubleValue();
          }
        }
        quantiles.add(pair);
      }
    }
    return new MetricPoint.Summary(
        quantiles.stream().mapToDouble(pair -> pair[0]).toArray(),
        quantiles.stream().mapToDouble(pair -> pair[1]).toArray(),
        view.count(),
        view.sumValue());
  }

  private List<MetricPoint.Exemplar> exemplars() {
    List<MetricPoint.Exemplar> all = new ArrayList<>(0);
    ProtoReader fields = new ProtoReader();
    ProtoReader exemplar = new ProtoReader();
    Slice slice = new Slice();
    fields.reset(view.bytes());
    while (fields.next()) {
      if (fields.tag() == view.exemplarsTag()) {
        fields.slice(slice);
        all.add(exemplar(slice, exemplar));
      }
    }
    return all;
  }

  private MetricPoint.Exemplar exemplar(Slice slice, ProtoReader exemplar) {
    double value = 0;
    long time = 0;
    Map<String, String> labels = new TreeMap<>();
    LabelSet.addTo(labels, attributes.reset(slice, OtlpFields.EXEMPLAR_FILTERED_ATTRIBUTES));
    Slice id = new Slice();
    exemplar.reset(slice);
    while (exemplar.next()) {
      switch (exemplar.tag()) {
        case OtlpFields.EXEMPLAR_TIME_UNIX_NANO -> time = exemplar.value();
        case OtlpFields.EXEMPLAR_AS_DOUBLE -> value = exemplar.doubleValue();
        case OtlpFields.EXEMPLAR_AS_INT -> value = exemplar.value();
        case OtlpFields.EXEMPLAR_SPAN_ID -> put(labels, "span_id", exemplar.slice(id));
        case OtlpFields.EXEMPLAR_TRACE_ID -> put(labels, "trace_id", exemplar.slice(id));
        default -> {}
      }
    }
    return new MetricPoint.Exemplar(value, time / 1_000_000, within(labels));
  }

  private static void put(Map<String, String> labels, String name, Slice id) {
    if (!id.isEmpty()) {
      labels.put(name, id.hex());
    }
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /** OpenMetrics allows 128 characters in an exemplar's labels; the ids come first. */
  private static LabelSet within(Map<String, String> labels) {
    int characters = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      characters += characters(label.getKey()) + characters(label.getValue());
    }
    if (characters > 128) {
      labels.keySet().retainAll(List.of("trace_id", "span_id"));
    }
    return new LabelSet(labels);
  }
}
