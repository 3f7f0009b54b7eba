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

  /**
   * Adds an entry. A record may be in the requests before and after a cut: another share of the one
   * that was added last joins it.
   */
  public static void add(List<Entry> entries, Entry share) {
    Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
    if (last == null || last.record() != share.record()) {
      entries.add(share);
      return;
    }
    BitSet both = null;
    if (last.wanted() != null && share.wanted() != null) {
      both = (BitSet) last.wanted().clone();
      both.or(share.wanted());
    }
    entries.set(entries.size() - 1, new Entry(share.record(), both));
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
