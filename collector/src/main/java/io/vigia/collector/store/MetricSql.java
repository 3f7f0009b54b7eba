package io.vigia.collector.store;

import java.io.IOException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads series and their points. What is computed of them is in {@link MetricLines}. */
final class MetricSql {
  static final int MAX_SERIES = 2_000;

  /** In one answer. */
  static final int MAX_NAMES = 5_000;

  /** A rate needs the point before the range. */
  static final long LOOK_BACK_NANOS = 300_000_000_000L;

  private MetricSql() {}

  /** A dictionary entry. */
  record SeriesInfo(
      long id,
      String service,
      String name,
      String type,
      String unit,
      int temporality,
      boolean monotonic,
      String labels) {
    boolean cumulative() {
      return temporality != 1;
    }
  }

  record Sample(long series, long timeNanos, double value) {}

  record Histogram(
      long series, long timeNanos, long count, double sum, double[] bounds, long[] counts) {}

  static List<MetricData.Info> metrics(Engine engine, @Nullable String service) throws IOException {
    return engine.query(
        () ->
            new Sql()
                .add(
                    "SELECT name, any_value(type ORDER BY type DESC), any_value(unit),"
                        + " any_value(description), bool_or(monotonic),"
                        + " string_agg(DISTINCT service, chr(10) ORDER BY service),"
                        + " count(DISTINCT id) FROM "
                        + engine.table(Schema.SERIES)
                        + " WHERE true")
                .andEquals("service", service)
                .add("GROUP BY name ORDER BY name LIMIT " + MAX_NAMES),
        row ->
            new MetricData.Info(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                List.of(row.getString(6).split("\n")),
                row.getLong(7)));
  }

  static List<SeriesInfo> series(
      Engine engine,
      List<String> names,
      @Nullable String service,
      List<AttributeFilter> labels,
      int limit)
      throws IOException {
    return engine.query(
        () -> {
          Sql sql =
              new Sql()
                  .add(
                      "SELECT id, any_value(service), any_value(name), any_value(type),"
                          + " any_value(unit), any_value(temporality), any_value(monotonic),"
                          + " any_value(labels) AS labels FROM "
                          + engine.table(Schema.SERIES)
                          + " WHERE name IN")
                  .in(names)
                  .andEquals("service", service);
          for (AttributeFilter label : labels) {
            sql.andAttribute("labels", label, engine.table(Schema.RESOURCES));
          }
          return sql.add("GROUP BY id ORDER BY 2, labels LIMIT ?", limit);
        },
        row ->
            new SeriesInfo(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getInt(6),
                row.getBoolean(7),
                row.getString(8)));
  }

  /** Points by series, by time, from a little before the range on. */
  static Map<Long, List<Sample>> samples(
      Engine engine, List<SeriesInfo> series, TimeRange range, PointLimit limit)
      throws IOException {
    Map<Long, List<Sample>> bySeries = new TreeMap<>();
    engine.scan(
        () -> points(engine, "series, time_ns, value", Schema.SAMPLES, series, range, limit),
        row -> {
          boolean fits = limit.add();
          if (fits) {
            bySeries
                .computeIfAbsent(row.getLong(1), k -> new ArrayList<>())
                .add(new Sample(row.getLong(1), row.getLong(2), row.getDouble(3)));
          }
          return fits;
        });
    return bySeries;
  }

  /** Points from a little before the range on; steps begin at {@code originNanos}. */
  static HistogramSteps histograms(
      Engine engine,
      List<SeriesInfo> series,
      TimeRange range,
      long originNanos,
      long stepNanos,
      PointLimit limit)
      throws IOException {
    HistogramSteps steps = new HistogramSteps(series, originNanos, stepNanos);
    engine.scan(
        () ->
            points(
                engine,
                "series, time_ns, count, sum, bounds, counts",
                Schema.HISTOGRAMS,
                series,
                range,
                limit),
        row -> {
          boolean fits = limit.add();
          if (fits) {
            steps.add(histogram(row));
          }
          return fits;
        });
    return steps;
  }

  private static Sql points(
      Engine engine,
      String columns,
      String table,
      List<SeriesInfo> series,
      TimeRange range,
      PointLimit limit) {
    return new Sql()
        .add("SELECT " + columns + " FROM " + engine.table(table) + " WHERE series IN")
        .in(series.stream().map(SeriesInfo::id).toList())
        .add(
            "AND time_ns >= ? AND time_ns < ? ORDER BY series, time_ns LIMIT ?",
            range.fromNanos() - LOOK_BACK_NANOS,
            range.toNanos(),
            limit.rows());
  }

  private static Histogram histogram(ResultSet row) throws SQLException {
    Object[] bounds = (Object[]) ((Array) row.getObject(5)).getArray();
    Object[] counts = (Object[]) ((Array) row.getObject(6)).getArray();
    double[] upper = new double[bounds.length];
    for (int i = 0; i < upper.length; i++) {
      upper[i] = (Double) bounds[i];
    }
    long[] number = new long[counts.length];
    for (int i = 0; i < number.length; i++) {
      number[i] = (Long) counts[i];
    }
    return new Histogram(
        row.getLong(1), row.getLong(2), row.getLong(3), row.getDouble(4), upper, number);
  }
}
