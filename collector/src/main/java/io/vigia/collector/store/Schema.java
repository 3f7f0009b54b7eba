package io.vigia.collector.store;

import io.vigia.collector.otlp.JsonText;
import java.util.List;

/**
 * The tables of a slice. Append-only, no keys and no indexes: DuckDB's zone maps find a time range,
 * and a scan of one column finds an id.
 *
 * <p>Attributes are compact JSON text, without spaces, as {@link JsonText} writes it: the condition
 * "attribute k is v" is a search for the substring {@code "k":"v"}. What the page filters on has a
 * typed column of its own.
 */
final class Schema {
  private Schema() {}

  /** Written into each slice; a slice of another version is set aside, not guessed at. */
  static final int VERSION = 1;

  static final String SPANS = "spans";
  static final String LOGS = "logs";
  static final String SERIES = "series";
  static final String SAMPLES = "samples";
  static final String HISTOGRAMS = "histograms";
  static final String RESOURCES = "resources";
  static final String POSITIONS = "positions";

  /** {@code kind} and {@code status} are OTLP's numbers; {@code parent_id} is 0 for a root. */
  private static final String SPANS_DDL =
      """
      CREATE TABLE %s.spans(
        trace_id UUID, span_id BIGINT, parent_id BIGINT, start_ns BIGINT, duration_ns BIGINT,
        service VARCHAR, name VARCHAR, kind TINYINT, status TINYINT, status_message VARCHAR,
        peer VARCHAR, peer_kind VARCHAR, http_status SMALLINT, scope VARCHAR, resource BIGINT,
        attributes VARCHAR, events VARCHAR, links VARCHAR)""";

  /** {@code seq} grows with arrival over all slices: the cursor of the live tail. */
  private static final String LOGS_DDL =
      """
      CREATE TABLE %s.logs(
        seq BIGINT, time_ns BIGINT, service VARCHAR, severity TINYINT, severity_text VARCHAR,
        body VARCHAR, trace_id UUID, span_id BIGINT, scope VARCHAR, resource BIGINT,
        attributes VARCHAR)""";

  /** {@code id} is a hash of the content, so a series has the same id in every slice. */
  private static final String SERIES_DDL =
      """
      CREATE TABLE %s.series(
        id BIGINT, service VARCHAR, name VARCHAR, type VARCHAR, unit VARCHAR, description VARCHAR,
        temporality TINYINT, monotonic BOOLEAN, labels VARCHAR, resource BIGINT, scope VARCHAR)""";

  private static final String SAMPLES_DDL =
      "CREATE TABLE %s.samples(series BIGINT, time_ns BIGINT, value DOUBLE)";

  /**
   * {@code counts} has one element more than {@code bounds}; both empty when only count and sum.
   */
  private static final String HISTOGRAMS_DDL =
      """
      CREATE TABLE %s.histograms(
        series BIGINT, time_ns BIGINT, count BIGINT, sum DOUBLE, min DOUBLE, max DOUBLE,
        bounds DOUBLE[], counts BIGINT[])""";

  private static final String RESOURCES_DDL =
      "CREATE TABLE %s.resources(id BIGINT, service VARCHAR, attributes VARCHAR)";

  /** One row per commit, in the transaction of its rows: what is in this slice already. */
  private static final String POSITIONS_DDL =
      "CREATE TABLE %s.positions(signal VARCHAR, log_id BIGINT, epoch INTEGER, sequence BIGINT)";

  /**
   * Records below a position that are not in the store ({@code filled} is false), and those of them
   * that came later. Made when there is the first; earlier versions pass it over.
   */
  static final String GAPS_DDL =
      """
      CREATE TABLE IF NOT EXISTS %s.gaps(
        signal VARCHAR, log_id BIGINT, epoch INTEGER, last_sequence BIGINT, first_sequence BIGINT,
        filled BOOLEAN)""";

  private static final List<String> TABLES =
      List.of(
          SPANS_DDL,
          LOGS_DDL,
          SERIES_DDL,
          SAMPLES_DDL,
          HISTOGRAMS_DDL,
          RESOURCES_DDL,
          POSITIONS_DDL);

  /** The statements that make an empty slice in a catalog. */
  static List<String> create(String catalog) {
    return TABLES.stream().map(ddl -> ddl.formatted(catalog)).toList();
  }
}
