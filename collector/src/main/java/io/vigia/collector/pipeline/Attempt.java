package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A batch and its history.
 *
 * @param failures how often it was sent in vain
 * @param besides how often of these although others were taken since the time before
 * @param failedNanos when it was sent in vain the last time, by {@link System#nanoTime}
 * @param dueNanos not before this {@link System#nanoTime}
 * @param retryLog whether its records are from the retry log
 */
record Attempt(
    ExportBatch batch,
    int failures,
    int besides,
    long failedNanos,
    long dueNanos,
    boolean retryLog) {

  static Attempt first(Signal signal, List<ExportBatch.Entry> entries) {
    return new Attempt(new ExportBatch(signal, entries), 0, 0, 0, System.nanoTime(), false);
  }

  Attempt fromRetryLog() {
    return new Attempt(batch, failures, besides, failedNanos, dueNanos, true);
  }

  /**
   * The same after one more vain try.
   *
   * @param again what of it is to be sent again
   * @param beside whether others were taken since the time before
   */
  Attempt failed(List<ExportBatch.Entry> again, boolean beside, long dueNanos) {
    return new Attempt(
        new ExportBatch(batch.signal(), again),
        failures + 1,
        beside ? besides + 1 : besides,
        System.nanoTime(),
        dueNanos,
        false);
  }

  boolean due(long nowNanos) {
    return dueNanos - nowNanos <= 0;
  }

  long payloadBytes() {
    long bytes = 0;
    for (ExportBatch.Entry entry : batch.entries()) {
      bytes += entry.record().payload().remaining();
    }
    return bytes;
  }

  /** Two halves, by records or, when there is only one, by items. */
  List<Attempt> halves() {
    List<ExportBatch.Entry> entries = batch.entries();
    int half = entries.size() / 2;
    if (half > 0) {
      return List.of(with(entries.subList(0, half)), with(entries.subList(half, entries.size())));
    }
    ExportBatch.Entry entry = entries.get(0);
    BitSet low = new BitSet();
    BitSet high = new BitSet();
    int wanted = entry.items();
    int seen = 0;
    for (int item = 0; item < entry.record().items(); item++) {
      if (entry.wants(item)) {
        (seen++ < wanted / 2 ? low : high).set(item);
      }
    }
    return List.of(
        with(List.of(new ExportBatch.Entry(entry.record(), low))),
        with(List.of(new ExportBatch.Entry(entry.record(), high))));
  }

  /**
   * One item by itself, and the others.
   *
   * @param nth of the wanted items, from 0
   */
  List<Attempt> sample(int nth) {
    List<ExportBatch.Entry> one = new ArrayList<>(1);
    List<ExportBatch.Entry> others = new ArrayList<>();
    int before = 0;
    for (ExportBatch.Entry entry : batch.entries()) {
      int items = entry.items();
      if (nth < before || nth >= before + items) {
        others.add(entry);
      } else if (items == 1) {
        one.add(entry);
      } else {
        BitSet single = new BitSet();
        BitSet rest = new BitSet();
        int seen = before;
        for (int item = 0; item < entry.record().items(); item++) {
          if (entry.wants(item)) {
            (seen++ == nth ? single : rest).set(item);
          }
        }
        one.add(new ExportBatch.Entry(entry.record(), single));
        others.add(new ExportBatch.Entry(entry.record(), rest));
      }
      before += items;
    }
    return List.of(with(one), with(others));
  }

  /** The same history, with these entries only. */
  Attempt with(List<ExportBatch.Entry> entries) {
    return new Attempt(
        new ExportBatch(batch.signal(), new ArrayList<>(entries)),
        failures,
        0,
        failedNanos,
        dueNanos,
        retryLog);
  }
}
