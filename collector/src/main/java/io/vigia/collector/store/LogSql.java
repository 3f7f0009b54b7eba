package io.vigia.collector.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Questions about logs. */
final class LogSql {
  private static final int MAX_FACET_VALUES = 50;

  /** Lowest severity number of each level, gravest first. */
  private static final List<String> LEVELS =
      List.of("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "UNSET");

  private LogSql() {}

  /** Which condition a facet leaves out. */
  private enum Except {
    NOTHING,
    LEVELS,
    SERVICES,
    LOGGER
  }

  private static Sql where(Sql sql, LogQuery query, String resources, Except except) {
    sql.add("WHERE true").andTime("time_ns", query.range());
    sql.andTrace("trace_id", query.traceId());
    if (query.spanId() != null) {
      Long id = Row.parseSpanId(query.spanId());
      if (id == null) {
        throw new IllegalArgumentException("a span id has up to 16 hexadecimal digits");
      }
      sql.add("AND span_id = ?", id);
    }
    if (!query.services().isEmpty() && except != Except.SERVICES) {
      sql.add("AND service IN").in(query.services());
    }
    if (!query.levels().isEmpty() && except != Except.LEVELS) {
      sql.add("AND (severity + 3) // 4 IN").in(query.levels().stream().map(LogSql::range).toList());
    }
    if (except != Except.LOGGER) {
      sql.andEquals("scope", query.logger());
    }
    sql.andText("body", "attributes", query.text());
    for (AttributeFilter filter : query.attributes()) {
      sql.andAttribute("attributes", filter, resources);
    }
    return sql;
  }

  /** A level as {@code (severity + 3) // 4}: 0 unset, 1 trace … 6 fatal. */
  private static int range(String level) {
    int index = LEVELS.indexOf(level);
    if (index < 0) {
      throw new IllegalArgumentException("unknown level " + level + "; one of " + LEVELS);
    }
    return LEVELS.size() - 1 - index;
  }

  private static String level(int range) {
    return LEVELS.get(LEVELS.size() - 1 - range);
  }

  private record Found(LogData.Log log, long timeNanos) {}

  static LogData.Page search(Engine engine, LogQuery query) throws IOException {
    long tailSeq = engine.writer().lastLogSeq();
    long highestSeq = engine.writer().highestLogSeq();
    boolean tail = query.afterSeq() >= 0;
    AnswerSize size = new AnswerSize();
    List<Found> found =
        engine.query(
            () -> {
              String resources = engine.table(Schema.RESOURCES);
              Sql sql = new Sql().add("WITH page AS (SELECT * FROM " + engine.table(Schema.LOGS));
              where(sql, query, resources, Except.NOTHING);
              if (tail) {
                sql.add("AND seq > ? ORDER BY seq LIMIT ?", query.afterSeq(), query.limit());
              } else {
                before(sql, query.before());
                sql.add("ORDER BY time_ns DESC, seq DESC LIMIT ?", query.limit() + 1);
              }
              return sql.add(
                  "), about AS (SELECT id, any_value(attributes) AS text FROM "
                      + resources
                      + " WHERE id IN (SELECT resource FROM page) GROUP BY id)"
                      + " SELECT page.*, about.text AS about FROM page LEFT JOIN about"
                      + " ON page.resource = about.id ORDER BY "
                      + (tail ? "seq" : "time_ns DESC, seq DESC"));
            },
            row -> new Found(log(row), row.getLong("time_ns")),
            one -> size.add(one.log.body(), one.log.attributes(), one.log.resource()));
    String next = null;
    if (!tail && (found.size() > query.limit() || size.isFull())) {
      found = found.subList(0, Math.min(found.size(), query.limit()));
      Found last = found.get(found.size() - 1);
      next = last.timeNanos + ":" + last.log.seq();
    }
    if (tail && (found.size() == query.limit() || size.isFull())) {
      tailSeq = found.get(found.size() - 1).log.seq();
    } else { // this answer, or the one before, may have some that are newer than the last one was
      long seen = found.stream().mapToLong(one -> one.log.seq()).max().orElse(0);
      tailSeq = Math.max(Math.max(tailSeq, seen), Math.min(query.afterSeq(), highestSeq));
    }
    return new LogData.Page(found.stream().map(Found::log).toList(), next, tailSeq);
  }

  private static void before(Sql sql, @Nullable String cursor) {
    if (cursor == null) {
      return;
    }
    int colon = cursor.indexOf(':');
    try {
      long time = Long.parseLong(cursor.substring(0, Math.max(0, colon)));
      long seq = Long.parseLong(cursor.substring(colon + 1));
      sql.add("AND (time_ns < ? OR time_ns = ? AND seq < ?)", time, time, seq);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this store: " + cursor);
    }
  }

  private static LogData.Log log(ResultSet row) throws SQLException {
    UUID trace = (UUID) row.getObject("trace_id");
    long span = row.getLong("span_id");
    return new LogData.Log(
        row.getLong("seq"),
        Math.floorDiv(row.getLong("time_ns"), 1000),
        row.getString("service"),
        Severity.nameOf(row.getInt("severity")),
        row.getString("severity_text"),
        row.getString("body"),
        trace == null ? null : Row.hex(trace),
        span == 0 ? null : Row.hex(span),
        row.getString("scope"),
        row.getString("attributes"),
        row.getString("about"));
  }

  static LogData.Facets facets(Engine engine, LogQuery query, int buckets) throws IOException {
    Map<String, Long> byRange =
        counts(engine, query, "CAST((severity + 3) // 4 AS VARCHAR)", Except.LEVELS);
    Map<String, Long> levels = new LinkedHashMap<>();
    for (String level : LEVELS) {
      Long count = byRange.get(String.valueOf(range(level)));
      if (count != null) {
        levels.put(level, count);
      }
    }
    TimeRange range = query.range();
    long micros =
        Math.max(1, (range.toUnixMicros() - range.fromUnixMicros() + buckets - 1) / buckets);
    List<Map<String, Long>> bars = new ArrayList<>();
    for (int i = 0; i < buckets; i++) {
      bars.add(new LinkedHashMap<>());
    }
    long[] total = new long[1];
    engine.query(
        () ->
            where(
                    new Sql()
                        .add(
                            "SELECT (time_ns - ?) // ?, (severity + 3) // 4, count(*) FROM "
                                + engine.table(Schema.LOGS),
                            range.fromNanos(),
                            micros * 1000),
                    query,
                    engine.table(Schema.RESOURCES),
                    Except.NOTHING)
                .add("GROUP BY ALL"),
        row -> {
          total[0] += row.getLong(3);
          return bars.get(row.getInt(1)).put(level(row.getInt(2)), row.getLong(3));
        });
    return new LogData.Facets(
        levels,
        counts(engine, query, "service", Except.SERVICES),
        counts(engine, query, "scope", Except.LOGGER),
        total[0],
        range.fromUnixMicros(),
        micros,
        bars);
  }

  private static Map<String, Long> counts(
      Engine engine, LogQuery query, String expression, Except except) throws IOException {
    Map<String, Long> counts = new LinkedHashMap<>();
    engine.query(
        () ->
            where(
                    new Sql()
                        .add(
                            "SELECT "
                                + expression
                                + " AS value, count(*) AS n FROM "
                                + engine.table(Schema.LOGS)),
                    query,
                    engine.table(Schema.RESOURCES),
                    except)
                .add("GROUP BY value ORDER BY n DESC, value LIMIT " + MAX_FACET_VALUES),
        row -> counts.put(row.getString(1), row.getLong(2)));
    return counts;
  }
}
