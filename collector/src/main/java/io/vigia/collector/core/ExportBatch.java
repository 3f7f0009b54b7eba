package io.vigia.collector.core;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive records of one signal, on their way to one destination.
 *
 * @param entries in log order, never empty
 */
public record ExportBatch(Signal signal, List<Entry> entries) {

  /**
   * One record and which of its items are still to be delivered.
   *
   * @param wanted item indices (order of appearance in the payload, from 0) to send, or null for
   *     all; not null only when an earlier try delivered the others. Not to be changed
   */
  public record Entry(LogRecord record, @Nullable BitSet wanted) {
    /** Whether item {@code index} is to be sent. */
    public boolean wants(int index) {
      return wanted == null || wanted.get(index);
    }

    /** How many items are to be sent. */
    public int items() {
      return wanted == null ? record.items() : wanted.cardinality();
    }
  }

  /** How many items are to be sent in all. */
  public int items() {
    int sum = 0;
    for (Entry entry : entries) {
      sum += entry.items();
    }
    return sum;
  }
}
