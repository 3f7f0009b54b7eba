package io.vigia.collector.pipeline;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two ledgers of one destination and signal as one: what the main cursor counts as moved is
 * accepted in the retry log.
 *
 * @param retry null when no retry log was ever needed
 * @param inBoth items in the retry log that the main cursor still counts as pending
 */
record Ledgers(Cursor.Ledger main, Cursor.@Nullable Ledger retry, long inBoth) {
  DestinationStatus status(
      String destination,
      boolean required,
      DiskLog log,
      Cursor cursor,
      RetryLog retryLog,
      Circuit circuit) {
    Map<String, Long> dropped = new LinkedHashMap<>(main.dropped());
    if (retry != null) {
      retry.dropped().forEach((reason, items) -> dropped.merge(reason, items, Long::sum));
    }
    long pending = main.pending() + (retry == null ? 0 : retry.pending()) - inBoth;
    return new DestinationStatus(
        destination,
        log.signal(),
        required,
        main.accepted() - main.moved() + (retry == null ? 0 : retry.accepted()) - inBoth,
        main.delivered() + (retry == null ? 0 : retry.delivered()),
        dropped,
        pending,
        pendingBytes(),
        main.duplicates() + (retry == null ? 0 : retry.duplicates()),
        main.retries() + (retry == null ? 0 : retry.retries()),
        pending == 0 ? 0 : oldestPendingUnixNanos(log, cursor, retryLog),
        circuit.state(),
        circuit.lastError());
  }

  long pendingBytes() {
    return main.pendingBytes() + (retry == null ? 0 : retry.pendingBytes());
  }

  /** Also of what was put off for later; 0 when nothing waits, or it cannot be read now. */
  static long oldestPendingUnixNanos(DiskLog log, Cursor cursor, RetryLog retryLog) {
    try (LogReader reader = log.peekingReader(cursor.lowWater())) {
      long main = reader.peekReceiveTimeUnixNanos();
      long putOff = retryLog.oldestUnixNanos();
      return main == 0 || putOff == 0 ? Math.max(main, putOff) : Math.min(main, putOff);
    } catch (IOException e) {
      return 0;
    }
  }
}
