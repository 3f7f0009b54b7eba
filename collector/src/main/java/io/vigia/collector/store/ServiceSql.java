package io.vigia.collector.store;

import java.io.IOException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Questions about services: rate, errors, duration; latency heatmap; who calls whom. */
final class ServiceSql {
  private static final List<Double> QUANTILES = List.of(0.5, 0.95, 0.99);

  /** Duration histograms of incoming requests, semantic conventions 1.23 and before. */
  private static final List<String> DURATION_METRICS =
      List.of("http.server.request.duration", "http.server.duration", "rpc.server.duration");

  /**
   * In one answer, those with the most requests first: names that are made up of something (a pod,
   * a number) are as many as there is data.
   */
  static final int MAX_SERVICES = 1_000;

  private ServiceSql() {}

  /** Null for one too many. */
  private static @Nullable Red red(Map<String, Red> services, String service, int buckets) {
    Red red = services.get(service);
    if (red == null && services.size() < MAX_SERVICES) {
      red = new Red(buckets);
      services.put(service, red);
    }
    return red;
  }

  /** What is known of one service, while it is put together. */
  private static final class Red {
    final long[] requests;
    final long[] errors;
    final long[] p50;
    final long[] p95;
    final long[] p99;
    ServiceData.Basis basis = ServiceData.Basis.NONE;
    long total;
    long failed;
    @Nullable Long p50Total;
    @Nullable Long p95Total;
    @Nullable Long p99Total;
    long logs;
    long errorLogs;
    boolean partial;

    Red(int buckets) {
      requests = new long[buckets];
      errors = new long[buckets];
      p50 = new long[buckets];
      p95 = new long[buckets];
      p99 = new long[buckets];
    }

    ServiceData.Summary summary(String service, TimeRange range) {
      return new ServiceData.Summary(
          service,
          basis,
          total,
          failed,
          total / range.seconds(),
          p50Total,
          p95Total,
          p99Total,
          boxed(requests),
          boxed(errors),
          boxed(p50),
          boxed(p95),
          boxed(p99),
          logs,
          errorLogs,
          partial);
    }

    private static List<Long> boxed(long[] values) {
      return java.util.Arrays.stream(values).boxed().toList();
    }
  }

  static List<ServiceData.Summary> services(
      Engine engine, TimeRange range, @Nullable String service, int buckets) throws IOException {
    Map<String, Red> services = new TreeMap<>();
    spans(engine, range, service, buckets, services);
    engine.scan(
        () ->
            new Sql()
                .add(
                    "SELECT service, count(*), count(*) FILTER (severity >= 17) FROM "
                        + engine.table(Schema.LOGS)
                        + " WHERE true")
                .andTime("time_ns", range)
                .andEquals("service", service)
                .add("GROUP BY service ORDER BY count(*) DESC"),
        row -> {
          Red red = red(services, row.getString(1), buckets);
          if (red != null) {
            red.logs = row.getLong(2);
            red.errorLogs = row.getLong(3);
          }
          return true;
        });
    metrics(engine, range, service, buckets, services);
    List<ServiceData.Summary> list = new ArrayList<>();
    services.forEach((name, red) -> list.add(red.summary(name, range)));
    return list;
  }

  private static void spans(
      Engine engine,
      TimeRange range,
      @Nullable String service,
      int buckets,
      Map<String, Red> services)
      throws IOException {
    long width = bucketNanos(range, buckets);
    engine.scan(
        () ->
            new Sql()
                .add(
                    "WITH entry AS (SELECT service, start_ns, duration_ns, status, kind IN (2, 5)"
                        + " AS server FROM "
                        + engine.table(Schema.SPANS)
                        + " WHERE "
                        + TraceSql.ENTRY)
                .andTime("start_ns", range)
                .andEquals("service", service)
                .add(
                    "), served AS (SELECT DISTINCT service FROM entry WHERE server)"
                        + " SELECT service, (start_ns - ?) // ? AS bucket, count(*),"
                        + " count(*) FILTER (status = 2),"
                        + " approx_quantile(duration_ns, [0.5, 0.95, 0.99]), bool_or(server),"
                        + " grouping(bucket)"
                        + " FROM entry WHERE server OR service NOT IN (SELECT service FROM served)"
                        + " GROUP BY GROUPING SETS ((service), (service, bucket))"
                        + " ORDER BY 7 DESC, 3 DESC",
                    range.fromNanos(),
                    width),
        row -> {
          Red red = red(services, row.getString(1), buckets);
          if (red == null) {
            return true;
          }
          List<Long> quantiles = longs(row, 5);
          if (row.getInt(7) != 0) {
            red.basis = row.getBoolean(6) ? ServiceData.Basis.SPANS : ServiceData.Basis.ROOTS;
            red.total = row.getLong(3);
            red.failed = row.getLong(4);
            red.p50Total = quantiles.get(0);
            red.p95Total = quantiles.get(1);
            red.p99Total = quantiles.get(2);
          } else {
            int bucket = (int) Math.min(buckets - 1, row.getLong(2));
            red.requests[bucket] = row.getLong(3);
            red.errors[bucket] = row.getLong(4);
            red.p50[bucket] = quantiles.get(0);
            red.p95[bucket] = quantiles.get(1);
            red.p99[bucket] = quantiles.get(2);
          }
          return true;
        });
  }

  private static long bucketNanos(TimeRange range, int buckets) {
    return Math.max(1, (range.toNanos() - range.fromNanos() + buckets - 1) / buckets);
  }

  static List<Long> longs(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    if (value == null) {
      return Collections.nCopies(QUANTILES.size(), 0L);
    }
    List<Long> values = new ArrayList<>();
    for (Object element : (Object[]) ((Array) value).getArray()) {
      values.add(((Number) element).longValue());
    }
    return values;
  }

  /**
   * Services that send metrics: all appear, and those without spans get figures from histograms.
   */
  private static void metrics(
      Engine engine, TimeRange range, @Nullable String only, int buckets, Map<String, Red> services)
      throws IOException {
    List<String> senders =
        engine.query(
            () ->
                new Sql()
                    .add(
                        "SELECT DISTINCT service FROM "
                            + engine.table(Schema.SERIES)
                            + " WHERE id IN (SELECT series FROM "
                            + engine.table(Schema.SAMPLES)
                            + " WHERE true")
                    .andTime("time_ns", range)
                    .add("UNION SELECT series FROM " + engine.table(Schema.HISTOGRAMS))
                    .add("WHERE true")
                    .andTime("time_ns", range)
                    .add(")")
                    .andEquals("service", only)
                    .add("ORDER BY service LIMIT " + MAX_SERVICES),
            row -> row.getString(1));
    for (String service : senders) {
      Red red = red(services, service, buckets);
      if (red != null && red.basis == ServiceData.Basis.NONE) {
        histograms(engine, range, service, red);
      }
    }
  }

  private static void histograms(Engine engine, TimeRange range, String service, Red red)
      throws IOException {
    List<MetricSql.SeriesInfo> series =
        MetricSql.series(engine, DURATION_METRICS, service, List.of(), MetricSql.MAX_SERIES);
    if (series.isEmpty()) {
      return;
    }
    int buckets = red.requests.length;
    long width = bucketNanos(range, buckets);
    PointLimit limit = new PointLimit();
    HistogramSteps points =
        MetricSql.histograms(engine, series, range, range.fromNanos(), width, limit);
    red.partial = limit.isExceeded() || series.size() == MetricSql.MAX_SERIES;
    Buckets all = new Buckets();
    Buckets[] parts = new Buckets[buckets];
    double nanosPerUnit = series.get(0).unit().equals("ms") ? 1e6 : 1e9;
    for (MetricSql.SeriesInfo info : series) {
      boolean failed = info.labels().matches(".*\"(http[^\"]*status_code)\":5\\d\\d.*");
      for (MetricSql.Histogram delta : points.increases(info)) {
        if (delta.timeNanos() < range.fromNanos()) {
          continue;
        }
        int bucket = (int) Math.min(buckets - 1, (delta.timeNanos() - range.fromNanos()) / width);
        parts[bucket] = parts[bucket] == null ? new Buckets() : parts[bucket];
        for (Buckets into : List.of(all, parts[bucket])) {
          into.add(delta.bounds(), delta.counts(), delta.count(), delta.sum());
        }
        red.requests[bucket] += delta.count();
        red.errors[bucket] += failed ? delta.count() : 0;
        red.failed += failed ? delta.count() : 0;
      }
    }
    red.basis = ServiceData.Basis.METRICS;
    red.total = all.count();
    red.p50Total = nanos(all.quantile(0.5), nanosPerUnit);
    red.p95Total = nanos(all.quantile(0.95), nanosPerUnit);
    red.p99Total = nanos(all.quantile(0.99), nanosPerUnit);
    for (int i = 0; i < buckets; i++) {
      if (parts[i] != null) {
        red.p50[i] = zeroIfNone(nanos(parts[i].quantile(0.5), nanosPerUnit));
        red.p95[i] = zeroIfNone(nanos(parts[i].quantile(0.95), nanosPerUnit));
        red.p99[i] = zeroIfNone(nanos(parts[i].quantile(0.99), nanosPerUnit));
      }
    }
  }

  private static long zeroIfNone(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  private static @Nullable Long nanos(double value, double nanosPerUnit) {
    return Double.isNaN(value) ? null : (long) (value * nanosPerUnit);
  }

  static List<ServiceData.Operation> operations(Engine engine, TimeRange range, String service)
      throws IOException {
    return engine.query(
        () ->
            new Sql()
                .add(
                    "SELECT name, any_value(kind), count(*), count(*) FILTER (status = 2),"
                        + " approx_quantile(duration_ns, [0.5, 0.95, 0.99]) FROM "
                        + engine.table(Schema.SPANS)
                        + " WHERE "
                        + TraceSql.ENTRY)
                .andEquals("service", service)
                .andTime("start_ns", range)
                .add("GROUP BY name ORDER BY count(*) DESC, name LIMIT 200"),
        row -> {
          List<Long> quantiles = longs(row, 5);
          return new ServiceData.Operation(
              row.getString(1),
              TraceSql.kind(row.getInt(2)),
              row.getLong(3),
              row.getLong(4),
              row.getLong(3) / range.seconds(),
              quantiles.get(0),
              quantiles.get(1),
              quantiles.get(2));
        });
  }

  /**
   * Rows are a quarter of a power of two each, with whole bounds, so that a cell and the query for
   * its traces agree exactly.
   */
  static ServiceData.Heatmap heatmap(
      Engine engine, TimeRange range, String service, @Nullable String operation, int columns)
      throws IOException {
    long width =
        Math.max(1, (range.toUnixMicros() - range.fromUnixMicros() + columns - 1) / columns);
    List<ServiceData.Cell> cells =
        engine.query(
            () ->
                new Sql()
                    .add(
                        "WITH entry AS (SELECT (start_ns - ?) // ? AS col,"
                            + " greatest(duration_ns, 4) AS d, status FROM "
                            + engine.table(Schema.SPANS)
                            + " WHERE trace_id IS NOT NULL AND "
                            + TraceSql.ENTRY,
                        range.fromNanos(),
                        width * 1000)
                    .andTime("start_ns", range)
                    .andEquals("service", service)
                    .andEquals("name", operation)
                    .add(
                        "), octave AS (SELECT col, d, status, CAST(floor(log2(d)) AS INTEGER) AS e"
                            + " FROM entry) SELECT col, CAST(e * 4 + ((d >> (e - 2)) & 3) AS"
                            + " INTEGER), count(*), count(*) FILTER (status = 2) FROM octave GROUP"
                            + " BY ALL"),
            row ->
                new ServiceData.Cell(row.getInt(1), row.getInt(2), row.getLong(3), row.getLong(4)));
    int first = cells.stream().mapToInt(ServiceData.Cell::row).min().orElse(0);
    int last = cells.stream().mapToInt(ServiceData.Cell::row).max().orElse(-1);
    List<ServiceData.Row> rows = new ArrayList<>();
    for (int row = first; row <= last; row++) {
      rows.add(new ServiceData.Row(row == 8 ? 0 : lowerBound(row), lowerBound(row + 1)));
    }
    return new ServiceData.Heatmap(
        range.fromUnixMicros(),
        width,
        columns,
        rows,
        cells.stream()
            .map(c -> new ServiceData.Cell(c.column(), c.row() - first, c.count(), c.errors()))
            .toList());
  }

  private static long lowerBound(int row) {
    return (4L + row % 4) << (row / 4 - 2);
  }

  /** Edges come from child spans in another service, and from outgoing spans that name a peer. */
  static ServiceData.ServiceMap serviceMap(Engine engine, TimeRange range) throws IOException {
    List<ServiceData.Edge> edges =
        new ArrayList<>(
            engine.query(
                () -> {
                  String spans = engine.table(Schema.SPANS);
                  return new Sql()
                      .add("WITH caller AS (SELECT trace_id, span_id, service FROM " + spans)
                      .add("WHERE kind <> 2")
                      .andTime("start_ns", range)
                      .add(
                          "), callee AS (SELECT trace_id, parent_id, service, status, duration_ns"
                              + " FROM "
                              + spans
                              + " WHERE parent_id <> 0 AND kind IN (2, 5)")
                      .andTime("start_ns", range)
                      .add(
                          ") SELECT caller.service, callee.service, count(*), count(*) FILTER"
                              + " (status = 2), approx_quantile(duration_ns, 0.95) FROM callee"
                              + " JOIN caller ON callee.trace_id = caller.trace_id AND"
                              + " callee.parent_id = caller.span_id WHERE caller.service <>"
                              + " callee.service GROUP BY ALL ORDER BY 1, 2 LIMIT 1000");
                },
                ServiceSql::edge));
    Map<String, ServiceData.Node> nodes = new TreeMap<>();
    for (ServiceData.Summary service : services(engine, range, null, 1)) {
      nodes.put(
          service.service(),
          new ServiceData.Node(service.service(), "service", service.requests(), service.errors()));
    }
    peers(engine, range, nodes, edges);
    return new ServiceData.ServiceMap(List.copyOf(nodes.values()), edges);
  }

  private static void peers(
      Engine engine,
      TimeRange range,
      Map<String, ServiceData.Node> nodes,
      List<ServiceData.Edge> edges)
      throws IOException {
    record Call(ServiceData.Edge edge, String kind) {}
    List<Call> calls =
        engine.query(
            () -> {
              String spans = engine.table(Schema.SPANS);
              return new Sql()
                  .add(
                      "WITH outgoing AS (SELECT trace_id, span_id, service, peer, peer_kind,"
                          + " status, duration_ns FROM "
                          + spans
                          + " WHERE peer IS NOT NULL")
                  .andTime("start_ns", range)
                  .add(
                      "), answered AS (SELECT DISTINCT trace_id, parent_id FROM "
                          + spans
                          + " WHERE kind IN (2, 5) AND parent_id <> 0")
                  .andTime("start_ns", range)
                  .add(
                      ") SELECT service, peer, count(*), count(*) FILTER (status = 2),"
                          + " approx_quantile(duration_ns, 0.95), peer_kind FROM outgoing ANTI JOIN"
                          + " answered ON outgoing.trace_id = answered.trace_id AND"
                          + " outgoing.span_id = answered.parent_id GROUP BY service, peer,"
                          + " peer_kind ORDER BY count(*) DESC LIMIT 500");
            },
            row -> new Call(edge(row), row.getString(6)));
    for (Call call : calls) {
      String kind = call.kind.equals("service") ? "external" : call.kind;
      nodes.merge(
          call.edge.to(),
          new ServiceData.Node(call.edge.to(), kind, call.edge.requests(), call.edge.errors()),
          (a, b) ->
              a.kind().equals("service")
                  ? a
                  : new ServiceData.Node(
                      a.name(), a.kind(), a.requests() + b.requests(), a.errors() + b.errors()));
      edges.add(call.edge);
    }
  }

  private static ServiceData.Edge edge(ResultSet row) throws SQLException {
    return new ServiceData.Edge(
        row.getString(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5));
  }
}
