package io.vigia.collector.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.duckdb.DuckDBConnection;

/** The open database: slices, writer, and queries over all slices. */
final class Engine implements AutoCloseable {
  private static final int QUERY_TIMEOUT_SECONDS = 20;

  /** Reads one row of an answer. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Duck duck;
  private final Slices slices;
  private final DuckWriter writer;

  private Engine(Duck duck, Slices slices, DuckWriter writer) {
    this.duck = duck;
    this.slices = slices;
    this.writer = writer;
  }

  static Engine open(
      Path directory, long memoryLimitBytes, long sliceMillis, long maxBytes, long retentionMillis)
      throws IOException {
    try {
      Duck duck = Duck.open(directory.resolve("spill"), memoryLimitBytes);
      try {
        Slices slices = new Slices(directory, duck, sliceMillis, maxBytes, retentionMillis);
        slices.open();
        DuckWriter writer = new DuckWriter(duck, slices);
        writer.open();
        return new Engine(duck, slices, writer);
      } catch (SQLException | IOException | RuntimeException e) {
        duck.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("store: cannot open " + directory + ": " + DuckWriter.firstLine(e), e);
    }
  }

  Slices slices() {
    return slices;
  }

  DuckWriter writer() {
    return writer;
  }

  /** A table over all slices, for a FROM clause. Only within {@link #query} and {@link #scan}. */
  String table(String name) {
    StringBuilder union = new StringBuilder("(SELECT * FROM memory.main.").append(name);
    for (SliceFile slice : slices.list()) {
      union.append(" UNION ALL SELECT * FROM ").append(slice.alias()).append('.').append(name);
    }
    return union.append(')').toString();
  }

  /** Puts a statement together while no slice can go away. */
  interface Statement {
    Sql sql();
  }

  <T> List<T> query(Statement statement, RowReader<T> reader) throws IOException {
    return query(statement, reader, row -> true);
  }

  /**
   * As many rows as are wanted.
   *
   * @param goesOn told of each row in turn; whether another one may follow
   */
  <T> List<T> query(Statement statement, RowReader<T> reader, Predicate<T> goesOn)
      throws IOException {
    List<T> rows = new ArrayList<>();
    scan(
        statement,
        result -> {
          T row = reader.read(result);
          rows.add(row);
          return goesOn.test(row);
        });
    return rows;
  }

  /**
   * Shows each row, and keeps none.
   *
   * @param visitor says whether another one may follow
   */
  void scan(Statement statement, RowReader<Boolean> visitor) throws IOException {
    slices.reading().lock();
    try {
      Sql sql = statement.sql();
      DuckDBConnection connection = duck.borrow();
      boolean healthy = false;
      try (PreparedStatement prepared = connection.prepareStatement(sql.text())) {
        prepared.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        for (int i = 0; i < sql.parameters().size(); i++) {
          prepared.setObject(i + 1, sql.parameters().get(i));
        }
        try (ResultSet result = prepared.executeQuery()) {
          boolean more = true;
          while (more && result.next()) {
            more = visitor.read(result);
          }
        }
        healthy = true;
      } finally {
        if (healthy) {
          duck.release(connection);
        } else {
          duck.discard(connection);
        }
      }
    } catch (SQLException e) {
      throw new IOException("store: " + DuckWriter.firstLine(e), e);
    } finally {
      slices.reading().unlock();
    }
  }

  @Override
  public void close() {
    duck.close();
  }
}
