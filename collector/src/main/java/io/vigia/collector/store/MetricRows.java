package io.vigia.collector.store;

import io.vigia.collector.otlp.JsonText;
import io.vigia.collector.otlp.MetricView;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.sql.SQLException;
import java.util.Locale;
import org.duckdb.DuckDBAppender;

/**
 * Writes data points as rows of {@code samples} and {@code histograms}, and the series they belong
 * to. Quantiles of a summary become series of their own with a {@code quantile} label, as in the
 * Prometheus text format. Reusable, not thread-safe.
 */
final class MetricRows {
  private final ProtoReader point = new ProtoReader();
  private final ProtoReader quantile = new ProtoReader();
  private final HistogramPoint histogram = new HistogramPoint();
  private final JsonText labels = new JsonText();
  private String name = "";
  private String unit = "";
  private String description = "";
  private long metricHash;

  /** To be called for the first point of each metric, resource and scope. */
  void metric(MetricView metric, String scope, Resources.Info resource) {
    name = metric.name().toString();
    unit = metric.unit().toString();
    description = metric.description().toString();
    metricHash = Hash64.of(resource.id() ^ metric.kind().ordinal(), name);
    metricHash = Hash64.of(metricHash, scope);
    metricHash = Hash64.of(metricHash + metric.temporality(), unit);
  }

  /** Appends the point and returns its time, nanoseconds since the Unix epoch. */
  long append(
      Slice message, MetricView metric, String scope, Resources.Info resource, SliceTables tables)
      throws SQLException {
    return switch (metric.kind()) {
      case GAUGE, SUM -> number(message, metric, scope, resource, tables);
      case HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY ->
          distribution(message, metric, scope, resource, tables);
    };
  }

  private long number(
      Slice message, MetricView metric, String scope, Resources.Info resource, SliceTables tables)
      throws SQLException {
    long time = 0;
    double value = Double.NaN;
    point.reset(message);
    while (point.next()) {
      switch (point.tag()) {
        case OtlpFields.NUMBER_POINT_TIME_UNIX_NANO -> time = point.value();
        case OtlpFields.NUMBER_POINT_AS_DOUBLE -> value = point.doubleValue();
        case OtlpFields.NUMBER_POINT_AS_INT -> value = point.value();
        default -> {}
      }
    }
    labels.clear().attributes(message, OtlpFields.NUMBER_POINT_ATTRIBUTES);
    long series = series(metric, scope, resource, tables);
    if (!Double.isNaN(value)) { // "no recorded value", a staleness marker
      sample(series, time, value, tables);
    }
    return time;
  }

  private long distribution(
      Slice message, MetricView metric, String scope, Resources.Info resource, SliceTables tables)
      throws SQLException {
    int attributes =
        switch (metric.kind()) {
          case HISTOGRAM -> OtlpFields.HISTOGRAM_POINT_ATTRIBUTES;
          case EXPONENTIAL_HISTOGRAM -> OtlpFields.EXPONENTIAL_POINT_ATTRIBUTES;
          default -> OtlpFields.SUMMARY_POINT_ATTRIBUTES;
        };
    histogram.read(message, metric.kind());
    if (histogram.noRecordedValue()) { // its zeros would look like a restart
      return histogram.timeUnixNanos();
    }
    labels.clear().attributes(message, attributes);
    long series = series(metric, scope, resource, tables);
    histogram.append(series, tables.appender(Schema.HISTOGRAMS));
    if (metric.kind() == MetricView.Kind.SUMMARY) {
      quantiles(message, metric, scope, resource, tables);
    }
    return histogram.timeUnixNanos();
  }

  private void quantiles(
      Slice message, MetricView metric, String scope, Resources.Info resource, SliceTables tables)
      throws SQLException {
    String own = labels.toString();
    String open = own.substring(0, own.length() - 1) + (own.length() > 2 ? "," : "");
    point.reset(message);
    while (point.next()) {
      if (point.tag() != OtlpFields.SUMMARY_POINT_QUANTILE_VALUES) {
        continue;
      }
      double at = 0;
      double value = 0;
      point.enter(quantile);
      while (quantile.next()) {
        switch (quantile.tag()) {
          case OtlpFields.QUANTILE_QUANTILE -> at = quantile.doubleValue();
          case OtlpFields.QUANTILE_VALUE -> value = quantile.doubleValue();
          default -> {}
        }
      }
      String text = open + "\"quantile\":\"" + at + "\"}";
      long id = Hash64.of(metricHash, text);
      if (tables.newSeries(id)) {
        series(id, "gauge", 0, false, text, scope, resource, tables);
      }
      if (!Double.isNaN(value)) {
        sample(id, histogram.timeUnixNanos(), value, tables);
      }
    }
  }

  private static void sample(long series, long time, double value, SliceTables tables)
      throws SQLException {
    DuckDBAppender row = tables.appender(Schema.SAMPLES);
    row.beginRow();
    row.append(series);
    row.append(time);
    row.append(value);
    row.endRow();
  }

  private long series(MetricView metric, String scope, Resources.Info resource, SliceTables tables)
      throws SQLException {
    long id = Hash64.of(metricHash, labels.buffer(), 0, labels.size());
    if (tables.newSeries(id)) {
      series(
          id,
          type(metric.kind()),
          metric.temporality(),
          metric.monotonic(),
          labels.toString(),
          scope,
          resource,
          tables);
    }
    return id;
  }

  private static String type(MetricView.Kind kind) {
    return kind == MetricView.Kind.EXPONENTIAL_HISTOGRAM
        ? "histogram"
        : kind.name().toLowerCase(Locale.ROOT);
  }

  private void series(
      long id,
      String type,
      int temporality,
      boolean monotonic,
      String labelText,
      String scope,
      Resources.Info resource,
      SliceTables tables)
      throws SQLException {
    DuckDBAppender row = tables.appender(Schema.SERIES);
    row.beginRow();
    row.append(id);
    row.append(resource.service());
    row.append(name);
    row.append(type);
    row.append(unit);
    row.append(description);
    row.append((byte) temporality);
    row.append(monotonic);
    row.append(labelText);
    row.append(resource.id());
    row.append(scope);
    row.endRow();
  }
}
