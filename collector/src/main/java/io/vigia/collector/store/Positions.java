package io.vigia.collector.store;

import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Which records of each log are stored: those up to the highest, but for those that were passed
 * over (dead letters, skipped ones), which may come yet. Kept in the slices, in the same
 * transaction as the rows (a transaction writes to one file only), so all slices together say it.
 */
final class Positions {
  /** A log since one of its starts. */
  private record Epoch(Signal signal, long logId, int number) {}

  /** What a commit adds. */
  record Change(Kind kind, Signal signal, RecordId last, long first) {
    private Epoch epoch() {
      return new Epoch(signal, last.logId(), last.epoch());
    }
  }

  private enum Kind {
    /** Nothing higher is stored than {@code last}. */
    HIGHEST,
    /** From {@code first} to {@code last} nothing is stored. */
    PASSED_OVER,
    /** {@code last} had been passed over. */
    CAME_LATER
  }

  private static final class Stored {
    private long highest = -1;

    /** What was passed over: from the first sequence to the last. */
    private final NavigableMap<Long, Long> gaps = new TreeMap<>();

    Map.@Nullable Entry<Long, Long> gap(long sequence) {
      Map.Entry<Long, Long> gap = gaps.floorEntry(sequence);
      return gap == null || gap.getValue() < sequence ? null : gap;
    }

    void fill(long sequence) {
      Map.Entry<Long, Long> gap = gap(sequence);
      if (gap == null) {
        return;
      }
      gaps.remove(gap.getKey());
      if (gap.getKey() < sequence) {
        gaps.put(gap.getKey(), sequence - 1);
      }
      if (sequence < gap.getValue()) {
        gaps.put(sequence + 1, gap.getValue());
      }
    }
  }

  private final Map<Epoch, Stored> epochs = new HashMap<>();

  /** Reads what the slices say. */
  void load(DuckDBConnection connection, List<SliceFile> slices) throws SQLException {
    List<Change> changes = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (SliceFile slice : slices) {
        read(
            statement,
            "SELECT signal, log_id, epoch, max(sequence), 0 FROM "
                + slice.alias()
                + ".positions GROUP BY ALL",
            Kind.HIGHEST,
            changes);
      }
      // a record may have come later in another slice than the one that passed it over
      for (Kind kind : List.of(Kind.PASSED_OVER, Kind.CAME_LATER)) {
        for (SliceFile slice : slices) {
          if (hasGaps(statement, slice)) {
            read(
                statement,
                ("SELECT signal, log_id, epoch, last_sequence, first_sequence FROM %s.gaps"
                        + " WHERE filled = %s")
                    .formatted(slice.alias(), kind == Kind.CAME_LATER),
                kind,
                changes);
          }
        }
      }
    }
    keep(changes);
  }

  private static boolean hasGaps(Statement statement, SliceFile slice) throws SQLException {
    try (ResultSet tables =
        statement.executeQuery(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'gaps' AND database_name = '"
                + slice.alias()
                + "'")) {
      return tables.next() && tables.getInt(1) > 0;
    }
  }

  private static void read(Statement statement, String sql, Kind kind, List<Change> into)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        for (Signal signal : Signal.values()) {
          if (signal.id().equals(rows.getString(1))) {
            RecordId last = new RecordId(rows.getLong(2), rows.getInt(3), rows.getLong(4));
            into.add(new Change(kind, signal, last, rows.getLong(5)));
          }
        }
      }
    }
  }

  boolean contains(Signal signal, RecordId id) {
    Stored stored = epochs.get(new Epoch(signal, id.logId(), id.epoch()));
    return stored != null && id.sequence() <= stored.highest && stored.gap(id.sequence()) == null;
  }

  /**
   * What storing these records changes. Nothing is changed by it.
   *
   * @param ids of records that are not {@link #contains contained}, in the order they came
   */
  List<Change> changes(Signal signal, List<RecordId> ids) {
    List<Change> changes = new ArrayList<>();
    Map<Epoch, RecordId> highest = new HashMap<>();
    for (RecordId id : ids) {
      Epoch epoch = new Epoch(signal, id.logId(), id.epoch());
      RecordId before = highest.get(epoch);
      Stored stored = epochs.get(epoch);
      long reached = before != null ? before.sequence() : stored != null ? stored.highest : -1;
      if (id.sequence() <= reached) {
        changes.add(new Change(Kind.CAME_LATER, signal, id, id.sequence()));
        continue;
      }
      if (id.sequence() > reached + 1) {
        RecordId last = new RecordId(id.logId(), id.epoch(), id.sequence() - 1);
        changes.add(new Change(Kind.PASSED_OVER, signal, last, reached + 1));
      }
      highest.put(epoch, id);
    }
    highest.values().forEach(id -> changes.add(new Change(Kind.HIGHEST, signal, id, 0)));
    return changes;
  }

  /** They were committed. */
  void keep(List<Change> changes) {
    for (Change change : changes) {
      Stored stored = epochs.computeIfAbsent(change.epoch(), epoch -> new Stored());
      long last = change.last.sequence();
      switch (change.kind) {
        case HIGHEST -> stored.highest = Math.max(stored.highest, last);
        case PASSED_OVER -> stored.gaps.put(change.first, last);
        case CAME_LATER -> stored.fill(last);
      }
    }
  }

  /** Writes them within a transaction. */
  static void insert(DuckDBConnection connection, SliceFile slice, List<Change> changes)
      throws SQLException {
    boolean gaps = false;
    for (Change change : changes) {
      if (change.kind == Kind.HIGHEST) {
        insert(connection, slice.alias() + ".positions VALUES (?, ?, ?, ?)", change);
        continue;
      }
      if (!gaps) {
        gaps = true;
        try (Statement statement = connection.createStatement()) {
          statement.execute(Schema.GAPS_DDL.formatted(slice.alias()));
        }
      }
      insert(
          connection,
          "%s.gaps VALUES (?, ?, ?, ?, %d, %s)"
              .formatted(slice.alias(), change.first, change.kind == Kind.CAME_LATER),
          change);
    }
  }

  private static void insert(DuckDBConnection connection, String intoValues, Change change)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + intoValues)) {
      insert.setString(1, change.signal.id());
      insert.setLong(2, change.last.logId());
      insert.setInt(3, change.last.epoch());
      insert.setLong(4, change.last.sequence());
      insert.execute();
    }
  }
}
