package io.vigia.collector.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.duckdb.DuckDBConnection;

/**
 * One DuckDB instance in memory, which slices are attached to, and its connections: one for the
 * writer, a few for readers (a connection is never used by two threads at a time).
 */
final class Duck implements AutoCloseable {
  private static final int MAX_READERS = 4;
  private static final int READER_WAIT_SECONDS = 10;

  private final DuckDBConnection writer;
  private final BlockingQueue<DuckDBConnection> idle = new ArrayBlockingQueue<>(MAX_READERS);
  private final AtomicInteger opened = new AtomicInteger();

  private Duck(DuckDBConnection writer) {
    this.writer = writer;
  }

  /**
   * @param spill where sorts and joins that exceed the memory limit go; emptied first
   */
  static Duck open(Path spill, long memoryLimitBytes) throws IOException, SQLException {
    if (Files.isDirectory(spill)) {
      try (var old = Files.newDirectoryStream(spill)) {
        for (Path file : old) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.createDirectories(spill);
    Properties settings = new Properties();
    settings.setProperty("memory_limit", (memoryLimitBytes >> 20) + "MiB");
    settings.setProperty("threads", "2");
    settings.setProperty("temp_directory", spill.toString());
    settings.setProperty("max_temp_directory_size", "1GiB");
    settings.setProperty("preserve_insertion_order", "false");
    // never fetches anything from the network
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    var connection = DriverManager.getConnection("jdbc:duckdb:", settings);
    return new Duck((DuckDBConnection) connection);
  }

  /** For the writer's thread only. */
  DuckDBConnection writer() {
    return writer;
  }

  /** Runs one statement on the writer's connection. */
  void execute(String sql) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A connection of one's own; give it back with {@link #release} or {@link #discard}. */
  DuckDBConnection borrow() throws SQLException {
    DuckDBConnection connection = idle.poll();
    if (connection != null) {
      return connection;
    }
    if (opened.incrementAndGet() <= MAX_READERS) {
      try {
        return writer.duplicate();
      } catch (SQLException e) {
        opened.decrementAndGet();
        throw e;
      }
    }
    opened.decrementAndGet();
    try {
      connection = idle.poll(READER_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (connection == null) {
      throw new SQLException("too many queries at a time");
    }
    return connection;
  }

  void release(DuckDBConnection connection) {
    if (!idle.offer(connection)) {
      discard(connection);
    }
  }

  void discard(DuckDBConnection connection) {
    opened.decrementAndGet();
    close(connection);
  }

  @Override
  public void close() {
    for (DuckDBConnection reader; (reader = idle.poll()) != null; ) {
      close(reader);
    }
    close(writer);
  }

  private static void close(DuckDBConnection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // nothing is lost: commits were durable
    }
  }
}
