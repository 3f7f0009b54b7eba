package io.vigia.collector.store;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;

/** Writes records as rows: one transaction per slice that a batch touches. */
final class DuckWriter implements StoreWriter {
  private final Duck duck;
  private final Slices slices;
  private final Positions positions = new Positions();
  private final OtlpItems items = new OtlpItems();
  private final ProtoReader scopeReader = new ProtoReader();
  private final Slice scopeName = new Slice();
  private final Resources resources = new Resources();
  private final SpanRows spans = new SpanRows();
  private final LogRows logs = new LogRows();
  private final MetricRows metrics = new MetricRows();
  private long nextLogSeq;
  private volatile long lastLogSeq;
  private volatile long highestLogSeq;

  DuckWriter(Duck duck, Slices slices) {
    this.duck = duck;
    this.slices = slices;
  }

  /** Finds out what is stored already. */
  void open() throws SQLException {
    nextLogSeq = 1;
    positions.load(duck.writer(), slices.list());
    for (SliceFile slice : slices.list()) {
      try (Statement statement = duck.writer().createStatement();
          ResultSet max =
              statement.executeQuery("SELECT max(seq) FROM " + slice.alias() + ".logs")) {
        if (max.next()) {
          nextLogSeq = Math.max(nextLogSeq, max.getLong(1) + 1);
        }
      }
    }
    lastLogSeq = nextLogSeq - 1;
    highestLogSeq = lastLogSeq;
  }

  /** The {@code seq} of the newest log record that readers can see; any thread. */
  long lastLogSeq() {
    return lastLogSeq;
  }

  /** No reader has seen a log record with a higher {@code seq} of this store; any thread. */
  long highestLogSeq() {
    return highestLogSeq;
  }

  @Override
  public ExportResult write(ExportBatch batch) throws IOException {
    List<ExportResult.Refused> refused = new ArrayList<>();
    int duplicates = 0;
    List<Integer> run = new ArrayList<>();
    try {
      SliceFile slice = null;
      for (int i = 0; i < batch.entries().size(); i++) {
        LogRecord record = batch.entries().get(i).record();
        if (positions.contains(batch.signal(), record.id())) {
          duplicates += batch.entries().get(i).items();
          continue;
        }
        SliceFile own = slices.at(record.envelope().receiveTimeUnixNanos() / 1_000_000);
        if (slice != null && !own.equals(slice)) {
          commit(slice, batch, run, refused);
          run.clear();
        }
        slice = own;
        run.add(i);
      }
      if (slice != null && !run.isEmpty()) {
        commit(slice, batch, run, refused);
      }
    } catch (SQLException e) {
      throw new IOException("store: " + firstLine(e), e);
    }
    return new ExportResult(duplicates, refused, List.of(), 0, null);
  }

  static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Stores these entries in one transaction; an entry that is not OTLP is refused. */
  private void commit(
      SliceFile slice, ExportBatch batch, List<Integer> run, List<ExportResult.Refused> refused)
      throws SQLException {
    List<Integer> good = new ArrayList<>(run);
    while (true) {
      int failed = good.isEmpty() ? -1 : transaction(slice, batch, good, refused);
      if (failed < 0) {
        return;
      }
      good.remove((Integer) failed);
    }
  }

  /** Returns the entry that is not OTLP, after a rollback, or -1 when all are stored. */
  private int transaction(
      SliceFile slice, ExportBatch batch, List<Integer> good, List<ExportResult.Refused> refused)
      throws SQLException {
    DuckDBConnection connection = duck.writer();
    List<RecordId> ids = good.stream().map(i -> batch.entries().get(i).record().id()).toList();
    List<Positions.Change> changes = positions.changes(batch.signal(), ids);
    boolean committed = false;
    int current = -1;
    long seqBefore = nextLogSeq;
    // not setAutoCommit(false): that begins with the first statement, and an appender is none
    duck.execute("BEGIN");
    SliceTables tables = new SliceTables(connection, slice);
    try {
      for (int i : good) {
        current = i;
        append(batch.entries().get(i).record(), tables);
      }
      tables.flush();
      Positions.insert(connection, slice, changes);
      highestLogSeq = nextLogSeq - 1;
      duck.execute("COMMIT");
      committed = true;
      slice.series().commit();
      slice.resources().commit();
      positions.keep(changes);
      lastLogSeq = nextLogSeq - 1;
      return -1;
    } catch (MalformedOtlpException e) {
      refused.add(
          new ExportResult.Refused(current, -1, "malformed", String.valueOf(e.getMessage())));
      return current;
    } finally {
      // before the rollback: an appender writes what it holds when it is closed
      tables.close();
      if (!committed) {
        nextLogSeq = seqBefore;
        slice.series().rollback();
        slice.resources().rollback();
        rollback();
      }
    }
  }

  private void rollback() {
    try {
      duck.execute("ROLLBACK");
    } catch (SQLException e) {
      // a commit that failed has ended the transaction itself
    }
  }

  private void append(LogRecord record, SliceTables tables) throws SQLException {
    long receiveTime = record.envelope().receiveTimeUnixNanos();
    Resources.Info resource = null;
    String scope = "";
    items.reset(record);
    while (items.next()) {
      if (resource == null || items.newResource()) {
        resource = resources.of(items.resource(), record.envelope());
        tables.resource(resource);
      }
      if (items.newScope()) {
        scope = scopeName();
      }
      if (record.signal() == Signal.TRACES) {
        spans.append(items.item(), scope, resource, tables.appender(Schema.SPANS));
      } else if (record.signal() == Signal.LOGS) {
        long seq = nextLogSeq++;
        var row = tables.appender(Schema.LOGS);
        logs.append(items.item(), seq, receiveTime, scope, resource, row);
      } else {
        if (items.newMetric()) {
          metrics.metric(items.metric(), scope, resource);
        }
        metrics.append(items.item(), items.metric(), scope, resource, tables);
      }
    }
  }

  private String scopeName() {
    scopeName.clear();
    scopeReader.reset(items.scope());
    while (scopeReader.next()) {
      if (scopeReader.tag() == OtlpFields.SCOPE_NAME) {
        scopeReader.slice(scopeName);
      }
    }
    return scopeName.toString();
  }
}
