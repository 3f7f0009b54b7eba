package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.disklog.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One record on its way: what became of its items so far. Counted in the cursor only when all are
 * settled. Used by the dispatcher's thread only.
 */
final class Delivery {
  final LogEntry entry;
  final LogRecord record;
  private int unsettled;
  private long delivered;
  private long duplicates;
  private Map<String, Long> dropped = Map.of();

  Delivery(LogEntry entry, LogRecord record) {
    this.entry = entry;
    this.record = record;
    this.unsettled = record.items();
  }

  ExportBatch.Entry whole() {
    return new ExportBatch.Entry(record, null);
  }

  void delivered(int items) {
    delivered += items;
    unsettled -= items;
  }

  void duplicates(int items) {
    duplicates += items;
  }

  void dropped(String reason, int items) {
    if (dropped.isEmpty()) {
      dropped = new LinkedHashMap<>();
    }
    dropped.merge(reason, (long) items, Long::sum);
    unsettled -= items;
  }

  boolean settled() {
    return unsettled <= 0;
  }

  long delivered() {
    return delivered;
  }

  long duplicates() {
    return Math.min(duplicates, delivered);
  }

  Map<String, Long> dropped() {
    return dropped;
  }
}
