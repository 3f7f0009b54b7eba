package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which records may be in Elasticsearch already although nobody knows: those below a sequence, one
 * for each signal. It only grows; new records are above it. Thread-safe.
 */
final class Doubtful {
  private final AtomicLongArray below = new AtomicLongArray(Signal.values().length);
  private final AtomicLong doubts = new AtomicLong();

  void doubt(Signal signal, long belowSequence) {
    doubts.incrementAndGet();
    below.accumulateAndGet(signal.ordinal(), belowSequence, Math::max);
  }

  /** How often there was a new doubt. */
  long doubts() {
    return doubts.get();
  }

  /** The fate of a request is unknown. */
  void doubt(ExportBatch batch) {
    for (ExportBatch.Entry entry : batch.entries()) {
      doubt(batch.signal(), entry.record().id().sequence() + 1);
    }
  }

  boolean concerns(ExportBatch batch) {
    long limit = below.get(batch.signal().ordinal());
    return limit > 0
        && batch.entries().stream().anyMatch(entry -> entry.record().id().sequence() < limit);
  }

  /** The ids of all wanted items that may be there. */
  List<String> ids(ExportBatch batch) {
    long limit = below.get(batch.signal().ordinal());
    List<String> ids = new ArrayList<>();
    for (ExportBatch.Entry entry : batch.entries()) {
      if (entry.record().id().sequence() < limit) {
        for (int item = 0; item < entry.record().items(); item++) {
          if (entry.wants(item)) {
            ids.add(DocumentId.of(entry.record().id(), item));
          }
        }
      }
    }
    return ids;
  }

  /** The same entries, with what is there no longer wanted. */
  static ExportBatch without(ExportBatch batch, Set<String> there) {
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (ExportBatch.Entry entry : batch.entries()) {
      BitSet wanted = new BitSet();
      for (int item = 0; item < entry.record().items(); item++) {
        if (entry.wants(item) && !there.contains(DocumentId.of(entry.record().id(), item))) {
          wanted.set(item);
        }
      }
      entries.add(new ExportBatch.Entry(entry.record(), wanted));
    }
    return new ExportBatch(batch.signal(), entries);
  }
}
