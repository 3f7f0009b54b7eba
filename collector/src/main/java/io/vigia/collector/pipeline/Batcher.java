package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.LogReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log from the cursor on and cuts it into batches by bytes, items and linger time. Used
 * by the dispatcher's thread only.
 */
final class Batcher {
  private final DiskLog log;
  private final Cursor cursor;
  private final Exporter.Limits limits;
  private final LongPredicate tooOld;
  private final Outcomes outcomes;
  private final CrashGuard guard;

  private @Nullable LogReader reader;
  private @Nullable LogEntry held;
  private List<ExportBatch.Entry> building = new ArrayList<>();
  private long bytes;
  private long items;
  private long startedNanos;
  private int maxRecords = Integer.MAX_VALUE;

  /**
   * @param tooOld what was received then is given up
   */
  Batcher(
      DiskLog log,
      Cursor cursor,
      Exporter.Limits limits,
      LongPredicate tooOld,
      Outcomes outcomes,
      CrashGuard guard) {
    this.log = log;
    this.cursor = cursor;
    this.limits = limits;
    this.tooOld = tooOld;
    this.outcomes = outcomes;
    this.guard = guard;
  }

  /**
   * A full batch, or what there is when it lingered long enough; empty when it is too early.
   *
   * @param atOnce do not linger
   */
  List<ExportBatch.Entry> next(boolean atOnce) throws IOException {
    if (fill() || (!building.isEmpty() && (atOnce || lingerNanos(System.nanoTime()) <= 0))) {
      List<ExportBatch.Entry> batch = building;
      building = new ArrayList<>();
      bytes = 0;
      items = 0;
      return batch;
    }
    return List.of();
  }

  /** Reads on; true when the batch is full. */
  private boolean fill() throws IOException {
    LogPosition lowWater = cursor.lowWater();
    if (reader().position().sequence() < lowWater.sequence()) {
      reader().seek(lowWater); // the oldest were given up meanwhile
    }
    while (!cursor.crowded()) {
      LogEntry entry = held;
      held = null;
      if (entry == null) {
        entry = reader().next();
      }
      if (entry == null) {
        return false;
      }
      LogRecord record = entry.record();
      if (record == null) {
        cursor.drop(entry.from(), entry.to(), String.valueOf(entry.damage()));
      } else if (!cursor.isDone(entry.from().sequence())) {
        int size = record.payload().remaining();
        boolean over =
            bytes + size > limits.maxBatchBytes()
                || items + record.items() > limits.maxBatchItems()
                || building.size() >= maxRecords;
        if (over && !building.isEmpty()) {
          held = entry;
          return true;
        }
        if (tooOld.test(record.envelope().receiveTimeUnixNanos())) {
          cursor.done(entry.from(), entry.to(), 0, 0, Map.of(Outcomes.AGE, (long) record.items()));
          continue;
        }
        if (guard.condemned(entry.from().sequence(), /* retryLog= */ false)) {
          held = entry; // for the next time, if the dead letters cannot be written now
          outcomes.quarantine(cursor, entry, record);
          held = null;
          continue;
        }
        if (building.isEmpty()) {
          startedNanos = System.nanoTime();
          maxRecords = guard.maxRecords(entry.from().sequence());
        }
        building.add(outcomes.begin(entry, record));
        bytes += size;
        items += record.items();
        if (over) {
          return true;
        }
      }
    }
    return false;
  }

  private LogReader reader() {
    LogReader open = reader;
    if (open == null) {
      open = log.reader(cursor.lowWater());
      reader = open;
    }
    return open;
  }

  /** How much longer to wait for the batch to fill; "for ever" when there is none. */
  long lingerNanos(long nowNanos) {
    if (building.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return startedNanos + TimeUnit.MILLISECONDS.toNanos(limits.lingerMillis()) - nowNanos;
  }

  /** With which end of the log in bytes it is worth reading on. */
  long wakeAtBytes() {
    return building.isEmpty() ? 0 : reader().position().bytes() + limits.maxBatchBytes() - bytes;
  }

  /** The same in items. */
  long wakeAtItems() {
    return building.isEmpty() ? 0 : reader().position().items() + limits.maxBatchItems() - items;
  }

  /** From which end of the log on there is anything to read. */
  long wakeAtSequence() {
    return cursor.crowded() ? Long.MAX_VALUE : reader().position().sequence() + 1;
  }

  /** Whether what comes next was there when the process died before. */
  boolean suspicious() {
    return guard.suspicious(
        building.isEmpty()
            ? reader().position().sequence() - (held == null ? 0 : 1)
            : building.get(0).record().id().sequence());
  }

  void close() {
    if (reader != null) {
      reader.close();
    }
  }
}
