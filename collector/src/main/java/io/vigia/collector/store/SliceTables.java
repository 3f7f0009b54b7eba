package io.vigia.collector.store;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * The appenders of one transaction on one slice. Used by the writer's thread only; to be closed
 * after the commit or rollback.
 */
final class SliceTables implements AutoCloseable {
  private final DuckDBConnection connection;
  private final SliceFile slice;
  private final Map<String, DuckDBAppender> appenders = new LinkedHashMap<>();

  SliceTables(DuckDBConnection connection, SliceFile slice) {
    this.connection = connection;
    this.slice = slice;
  }

  DuckDBAppender appender(String table) throws SQLException {
    DuckDBAppender appender = appenders.get(table);
    if (appender == null) {
      appender = connection.createAppender(slice.alias(), "main", table);
      appenders.put(table, appender);
    }
    return appender;
  }

  /** Whether the series has no dictionary entry in this slice yet; the caller writes one. */
  boolean newSeries(long id) {
    return slice.series().add(id);
  }

  /** Writes the resource's dictionary entry when this slice has none yet. */
  void resource(Resources.Info resource) throws SQLException {
    if (slice.resources().add(resource.id())) {
      DuckDBAppender row = appender(Schema.RESOURCES);
      row.beginRow();
      row.append(resource.id());
      row.append(resource.service());
      row.append(resource.attributes());
      row.endRow();
    }
  }

  void flush() throws SQLException {
    for (DuckDBAppender appender : appenders.values()) {
      appender.flush();
    }
  }

  @Override
  public void close() {
    for (DuckDBAppender appender : appenders.values()) {
      try {
        appender.close();
      } catch (SQLException e) {
        // it flushes when closed; after a rollback there is nothing to keep
      }
    }
    appenders.clear();
  }
}
