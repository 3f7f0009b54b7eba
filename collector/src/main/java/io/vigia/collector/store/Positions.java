package io.vigia.collector.store;

import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * The highest record of each log that is stored. Kept in the slices, in the same transaction as the
 * rows (a transaction writes to one file only), so the highest over all slices counts.
 */
final class Positions {
  private static final Comparator<RecordId> ORDER =
      Comparator.comparingInt(RecordId::epoch).thenComparingLong(RecordId::sequence);

  private record Log(Signal signal, long logId) {}

  private final Map<Log, RecordId> highest = new HashMap<>();

  void load(DuckDBConnection connection, SliceFile slice) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT signal, log_id, epoch, max(sequence) FROM "
                    + slice.alias()
                    + ".positions GROUP BY ALL")) {
      while (rows.next()) {
        String id = rows.getString(1);
        for (Signal signal : Signal.values()) {
          if (signal.id().equals(id)) {
            advance(signal, new RecordId(rows.getLong(2), rows.getInt(3), rows.getLong(4)));
          }
        }
      }
    }
  }

  boolean contains(Signal signal, RecordId id) {
    @Nullable RecordId stored = highest.get(new Log(signal, id.logId()));
    return stored != null && ORDER.compare(id, stored) <= 0;
  }

  void advance(Signal signal, RecordId id) {
    highest.merge(new Log(signal, id.logId()), id, (a, b) -> ORDER.compare(a, b) >= 0 ? a : b);
  }

  static void insert(DuckDBConnection connection, SliceFile slice, Signal signal, RecordId id)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO " + slice.alias() + ".positions VALUES (?, ?, ?, ?)")) {
      insert.setString(1, signal.id());
      insert.setLong(2, id.logId());
      insert.setInt(3, id.epoch());
      insert.setLong(4, id.sequence());
      insert.execute();
    }
  }
}
