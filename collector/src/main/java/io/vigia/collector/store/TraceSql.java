package io.vigia.collector.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Questions about traces. */
final class TraceSql {
  /** Where a request entered its service; see {@link TraceQuery#entryOnly}. */
  static final String ENTRY = "(kind IN (2, 5) OR parent_id = 0)";

  private static final List<String> KINDS =
      List.of("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER");
  private static final List<String> STATUSES = List.of("UNSET", "OK", "ERROR");

  /** Spans of one trace are looked for this far around the ones that matched. */
  private static final long MAX_TRACE_NANOS = 3_600_000_000_000L;

  private TraceSql() {}

  static String kind(int number) {
    return KINDS.get(number);
  }

  /** The conditions of a query on one span. */
  static void where(Sql sql, TraceQuery query, String resources) {
    sql.add("WHERE trace_id IS NOT NULL")
        .andTime("start_ns", query.range())
        .andEquals("service", query.service())
        .andEquals("name", query.operation());
    if (query.minDurationNanos() > 0) {
      sql.add("AND duration_ns >= ?", query.minDurationNanos());
    }
    if (query.maxDurationNanos() < Long.MAX_VALUE) {
      sql.add("AND duration_ns < ?", query.maxDurationNanos());
    }
    if (query.errorsOnly()) {
      sql.add("AND status = 2");
    }
    if (query.entryOnly()) {
      sql.add("AND " + ENTRY);
    }
    for (AttributeFilter filter : query.attributes()) {
      sql.andAttribute("attributes", filter, resources);
    }
  }

  private record Hit(UUID traceId, long matched, long firstNanos, long lastNanos) {}

  static List<TraceData.Summary> search(Engine engine, TraceQuery query) throws IOException {
    List<Hit> hits =
        engine.query(
            () -> {
              Sql sql =
                  new Sql()
                      .add(
                          "SELECT trace_id, count(*), min(start_ns), max(start_ns),"
                              + " max(duration_ns) FROM "
                              + engine.table(Schema.SPANS));
              where(sql, query, engine.table(Schema.RESOURCES));
              return sql.add(
                  "GROUP BY trace_id ORDER BY "
                      + (query.slowestFirst() ? "max(duration_ns)" : "max(start_ns)")
                      + " DESC, trace_id LIMIT ?",
                  query.limit());
            },
            row ->
                new Hit((UUID) row.getObject(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    if (hits.isEmpty()) {
      return List.of();
    }
    return summarize(engine, hits);
  }

  /** One service's part of a trace. */
  private record Part(
      UUID traceId,
      String service,
      long spans,
      long errors,
      long startNanos,
      long endNanos,
      String root,
      boolean hasRoot,
      long rootStartNanos,
      @Nullable String peers) {}

  private static List<TraceData.Summary> summarize(Engine engine, List<Hit> hits)
      throws IOException {
    long first = hits.stream().mapToLong(Hit::firstNanos).min().orElse(0) - MAX_TRACE_NANOS;
    long last = hits.stream().mapToLong(Hit::lastNanos).max().orElse(0) + MAX_TRACE_NANOS;
    List<Part> parts =
        engine.query(
            () ->
                new Sql()
                    .add(
                        "SELECT trace_id, service, count(*), count(*) FILTER (status = 2),"
                            + " min(start_ns), max(start_ns + duration_ns),"
                            + " arg_min(name, (CASE WHEN parent_id = 0 THEN 0 ELSE 1 END, start_ns)),"
                            + " bool_or(parent_id = 0),"
                            + " min(start_ns) FILTER (parent_id = 0),"
                            + " string_agg(DISTINCT peer, chr(10)) FILTER (peer_kind <> 'service')"
                            + " FROM "
                            + engine.table(Schema.SPANS)
                            + " WHERE start_ns >= ? AND start_ns < ? AND trace_id IN",
                        first,
                        last)
                    .in(hits.stream().map(Hit::traceId).toList())
                    .add("GROUP BY trace_id, service ORDER BY min(start_ns)"),
            row ->
                new Part(
                    (UUID) row.getObject(1),
                    row.getString(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getString(7),
                    row.getBoolean(8),
                    row.getLong(9),
                    row.getString(10)));
    Map<UUID, List<Part>> byTrace = new HashMap<>();
    for (Part part : parts) {
      byTrace.computeIfAbsent(part.traceId, k -> new ArrayList<>()).add(part);
    }
    List<TraceData.Summary> summaries = new ArrayList<>();
    for (Hit hit : hits) {
      summaries.add(summary(hit, byTrace.getOrDefault(hit.traceId, List.of())));
    }
    return summaries;
  }

  private static TraceData.Summary summary(Hit hit, List<Part> parts) {
    Map<String, Long> services = new LinkedHashMap<>();
    TreeSet<String> peers = new TreeSet<>();
    Part root = null;
    long start = Long.MAX_VALUE;
    long end = 0;
    long spans = 0;
    long errors = 0;
    for (Part part : parts) { // by start
      services.put(part.service, part.spans);
      if (part.peers != null) {
        peers.addAll(List.of(part.peers.split("\n")));
      }
      if (root == null
          || part.hasRoot && (!root.hasRoot || part.rootStartNanos < root.rootStartNanos)) {
        root = part;
      }
      start = Math.min(start, part.startNanos);
      end = Math.max(end, part.endNanos);
      spans += part.spans;
      errors += part.errors;
    }
    return new TraceData.Summary(
        Row.hex(hit.traceId),
        root == null ? "" : root.service,
        root == null ? "" : root.root,
        Math.floorDiv(root == null ? hit.firstNanos : start, 1000),
        root == null ? 0 : end - start,
        spans,
        errors,
        services,
        List.copyOf(peers),
        hit.matched);
  }

  static TraceData.@Nullable Trace trace(Engine engine, String traceId, int maxSpans)
      throws IOException {
    long[] totals =
        engine
            .query(
                () ->
                    new Sql()
                        .add(
                            "SELECT count(*), min(start_ns), max(start_ns + duration_ns) FROM "
                                + engine.table(Schema.SPANS)
                                + " WHERE true")
                        .andTrace("trace_id", traceId),
                row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)})
            .get(0);
    if (totals[0] == 0) {
      return null;
    }
    Map<Long, long[]> logs = logCounts(engine, traceId);
    AnswerSize size = new AnswerSize();
    List<TraceData.Span> spans =
        engine.query(
            () ->
                new Sql()
                    .add("SELECT * FROM " + engine.table(Schema.SPANS) + " WHERE true")
                    .andTime("start_ns", new TimeRange(totals[1] / 1000, totals[2] / 1000 + 1))
                    .andTrace("trace_id", traceId)
                    .add("ORDER BY start_ns, parent_id <> 0, span_id LIMIT ?", maxSpans),
            row -> span(row, totals[1], logs),
            span -> size.add(span.attributes(), span.events(), span.links(), span.statusMessage()));
    long allLogs = logs.values().stream().mapToLong(counts -> counts[0]).sum();
    TreeSet<String> used = new TreeSet<>();
    spans.forEach(span -> used.add(span.resource()));
    return new TraceData.Trace(
        Row.hex(java.util.Objects.requireNonNull(Row.parseTraceId(traceId))),
        Math.floorDiv(totals[1], 1000),
        totals[2] - totals[1],
        totals[0],
        spans,
        resources(engine, used),
        allLogs);
  }

  /** Log records and those with an error, by span id; 0 for those without a span. */
  private static Map<Long, long[]> logCounts(Engine engine, String traceId) throws IOException {
    Map<Long, long[]> counts = new HashMap<>();
    engine.query(
        () ->
            new Sql()
                .add(
                    "SELECT span_id, count(*), count(*) FILTER (severity >= 17) FROM "
                        + engine.table(Schema.LOGS)
                        + " WHERE true")
                .andTrace("trace_id", traceId)
                .add("GROUP BY span_id"),
        row -> counts.put(row.getLong(1), new long[] {row.getLong(2), row.getLong(3)}));
    return counts;
  }

  private static Map<String, RawJson> resources(Engine engine, TreeSet<String> ids)
      throws IOException {
    Map<String, RawJson> found = new TreeMap<>();
    List<Long> wanted = ids.stream().map(id -> Long.parseUnsignedLong(id, 16)).toList();
    engine.query(
        () ->
            new Sql()
                .add(
                    "SELECT id, any_value(attributes) FROM "
                        + engine.table(Schema.RESOURCES)
                        + " WHERE id IN")
                .in(wanted)
                .add("GROUP BY id"),
        row -> found.put(Row.hex(row.getLong(1)), new RawJson(row.getString(2))));
    return found;
  }

  private static TraceData.Span span(ResultSet row, long traceStart, Map<Long, long[]> logs)
      throws SQLException {
    long id = row.getLong("span_id");
    long parent = row.getLong("parent_id");
    long[] counts = logs.getOrDefault(id, new long[2]);
    int httpStatus = row.getInt("http_status");
    return new TraceData.Span(
        Row.hex(id),
        parent == 0 ? "" : Row.hex(parent),
        row.getString("service"),
        row.getString("name"),
        KINDS.get(row.getInt("kind")),
        STATUSES.get(row.getInt("status")),
        row.getString("status_message"),
        row.getLong("start_ns") - traceStart,
        row.getLong("duration_ns"),
        row.getString("peer"),
        row.getString("peer_kind"),
        httpStatus == 0 ? null : httpStatus,
        row.getString("scope"),
        Row.hex(row.getLong("resource")),
        row.getString("attributes"),
        row.getString("events"),
        row.getString("links"),
        counts[0],
        counts[1]);
  }
}
