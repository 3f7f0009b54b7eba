package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.SideNote;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges what became of each item of a batch: counts it, puts it to the dead letters, or says that
 * it has to be sent again. Used by the dispatcher's thread only.
 */
final class Outcomes {
  private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

  /** Dropped because it is older than the destination wants. */
  static final String AGE = "age";

  private static final String CRASH = "crash";

  /**
   * After so many refusals in a row a whole batch is refused at once instead of taken apart, unless
   * one of a few samples of it is taken: those that are good must not suffer for ever from a burst
   * that was not, and one bad in each batch since.
   */
  private static final int PATIENCE = 256;

  private static final int SAMPLES = 3;

  private final Cursor cursor;
  private final DeadLetters deadLetters;
  private final RetryLog retryLog;
  private final Map<RecordId, Delivery> open = new HashMap<>();
  private int refusalsInARow;
  private int samples;

  /** Whether it was said that something cannot be put aside, and since then nothing could. */
  private boolean saidNoRoom;

  /** How far an answer was judged: so many of its entries, and what of these is to come again. */
  static final class Progress {
    private int judged;
    private final List<ExportBatch.Entry> again = new ArrayList<>();
  }

  /**
   * @param again entries to send again after a wait
   * @param split whether to send the halves of the batch instead
   * @param sample whether to send one item by itself, and then the others
   * @param nothingTaken whether the backend did not take anything: it is probably down
   * @param reason why again
   */
  record Verdict(
      List<ExportBatch.Entry> again,
      boolean split,
      boolean sample,
      boolean nothingTaken,
      @Nullable String reason) {
    String word() {
      return split || sample ? "refused" : again.isEmpty() ? "ok" : "retry";
    }
  }

  Outcomes(Cursor cursor, DeadLetters deadLetters, RetryLog retryLog) {
    this.cursor = cursor;
    this.deadLetters = deadLetters;
    this.retryLog = retryLog;
  }

  /** A record is about to be sent for the first time. */
  ExportBatch.Entry begin(LogEntry entry, LogRecord record) {
    return begin(new Delivery(cursor, entry, record));
  }

  ExportBatch.Entry begin(Delivery delivery) {
    open.put(delivery.record.id(), delivery);
    return delivery.toSend();
  }

  boolean isOpen(RecordId id) {
    return open.containsKey(id);
  }

  /** Null when all of the record is settled, or it was never begun. */
  @Nullable Delivery delivery(RecordId id) {
    return open.get(id);
  }

  /** It is not on its way any more, and will be begun anew. */
  void forget(RecordId id) {
    open.remove(id);
  }

  /** The same for all of a batch. */
  void forget(ExportBatch batch) {
    batch.entries().forEach(entry -> forget(entry.record().id()));
  }

  /**
   * Puts items that keep being refused for a while into the retry log, so that they hold nobody.
   *
   * @return the entries for which that failed
   */
  List<ExportBatch.Entry> move(List<ExportBatch.Entry> entries, String reason) {
    List<ExportBatch.Entry> left = new ArrayList<>();
    for (ExportBatch.Entry entry : entries) {
      Delivery delivery = open.get(entry.record().id());
      try {
        if (delivery != null) {
          retryLog.move(delivery, entry, reason);
          saidNoRoom = false;
          finish(delivery);
        }
      } catch (IOException | OutOfMemoryError e) {
        cannotPutAside("the retry log cannot be written", e);
        left.add(entry);
      }
    }
    return left;
  }

  /**
   * Keeps a record that is not to be sent any more, because the process died of it.
   *
   * @param of over the log that {@code entry} is from
   */
  void quarantine(Cursor of, LogEntry entry, LogRecord record) throws IOException {
    SideNote note = entry.note();
    deadLetters.add(
        record,
        note == null ? null : note.wanted(),
        CRASH,
        "the process died three times while sending it");
    of.done(entry.from(), entry.to(), 0, 0, Map.of(CRASH, entry.items()));
  }

  /**
   * What of a batch that waited is still to be sent: the rest was given up meanwhile (size, quota),
   * or is given up now, because it became too old.
   */
  List<ExportBatch.Entry> stillWanted(ExportBatch batch, LongPredicate tooOld) {
    List<ExportBatch.Entry> wanted = new ArrayList<>();
    for (ExportBatch.Entry entry : batch.entries()) {
      Delivery delivery = open.get(entry.record().id());
      long received = entry.record().envelope().receiveTimeUnixNanos();
      if (delivery != null && (delivery.isDoneInCursor() || tooOld.test(received))) {
        delivery.dropped(AGE, entry.items()); // counts only where nobody else has counted it
        finish(delivery);
      } else if (delivery != null) {
        wanted.add(entry);
      }
    }
    return wanted;
  }

  /** Gives up what is not settled of a record that is not on its way. */
  void drop(Delivery delivery, String reason) {
    delivery.dropRest(reason);
    finish(delivery);
  }

  private void finish(Delivery delivery) {
    if (delivery.wasMoved() ? retryLog.counted(delivery) : delivery.finish()) {
      open.remove(delivery.record.id());
      delivery.giveBack();
    }
  }

  /**
   * Judges what an export of the batch came to.
   *
   * @param progress at the beginning; tells {@link #rest} how far it came
   */
  Verdict settle(ExportBatch batch, ExportResult result, Progress progress) {
    List<ExportBatch.Entry> entries = batch.entries();
    boolean whole = refusedAsAWhole(batch, result) && batch.items() > 1;
    boolean split = whole && refusalsInARow < PATIENCE;
    boolean sample = whole && !split && samples < SAMPLES;
    samples = sample ? samples + 1 : whole && !split ? 0 : samples;
    if (split || sample) {
      for (ExportBatch.Entry entry : entries) {
        Delivery delivery = open.get(entry.record().id());
        if (delivery != null) {
          delivery.answered();
        }
      }
      return new Verdict(List.of(), split, sample, false, null);
    }
    BitSet[] retry = new BitSet[entries.size()];
    boolean anyRetry = !result.retry().isEmpty();
    if (anyRetry) {
      Map<RecordId, ExportBatch.Entry> byId = new HashMap<>();
      for (ExportBatch.Entry entry : result.retry()) {
        byId.put(entry.record().id(), entry);
      }
      for (int i = 0; i < retry.length; i++) {
        ExportBatch.Entry again = byId.get(entries.get(i).record().id());
        retry[i] = again == null ? null : common(entries.get(i), again);
      }
    }
    Map<Integer, List<ExportResult.Refused>> refused = new HashMap<>();
    for (ExportResult.Refused one : result.refused()) {
      refused.computeIfAbsent(one.entry(), key -> new ArrayList<>()).add(one);
    }
    String reason = result.retryReason();
    long taken = 0;
    int duplicatesLeft = result.duplicates();
    for (int i = 0; i < entries.size(); progress.judged = ++i) {
      ExportBatch.Entry entry = entries.get(i);
      Delivery delivery = open.get(entry.record().id());
      if (delivery == null) {
        continue; // an exporter's defect: answered twice
      }
      delivery.answered();
      BitSet left = items(entry);
      if (retry[i] != null) {
        left.andNot(retry[i]);
      }
      BitSet toSendAgain = retry[i] == null ? new BitSet() : retry[i];
      String failure = refuse(delivery, left, refused.getOrDefault(i, List.of()), toSendAgain);
      reason = failure == null ? reason : failure;
      if (!toSendAgain.isEmpty()) {
        boolean all = toSendAgain.cardinality() == entry.record().items();
        progress.again.add(new ExportBatch.Entry(entry.record(), all ? null : toSendAgain));
      }
      int delivered = left.cardinality();
      delivery.delivered(delivered);
      int duplicates = Math.min(duplicatesLeft, delivered);
      duplicatesLeft -= duplicates;
      delivery.duplicates(duplicates);
      taken += entry.items() - toSendAgain.cardinality();
      if (delivered > 0) {
        refusalsInARow = 0;
        samples = 0;
      }
      finish(delivery);
    }
    return new Verdict(progress.again, false, false, taken == 0, reason);
  }

  /**
   * After {@link #settle}, or what was done with its verdict, ended with an error: what nothing was
   * decided about, or what is to be sent again.
   */
  List<ExportBatch.Entry> rest(ExportBatch batch, Progress progress) {
    List<ExportBatch.Entry> rest = new ArrayList<>(progress.again);
    for (int i = progress.judged; i < batch.entries().size(); i++) {
      ExportBatch.Entry entry = batch.entries().get(i);
      Delivery delivery = open.get(entry.record().id());
      if (delivery != null && delivery.isSettled()) {
        finish(delivery);
      } else if (delivery != null && !holds(rest, entry.record())) {
        rest.add(entry);
      }
    }
    return rest;
  }

  private static boolean holds(List<ExportBatch.Entry> entries, LogRecord record) {
    return entries.stream().anyMatch(entry -> entry.record() == record);
  }

  private static boolean refusedAsAWhole(ExportBatch batch, ExportResult result) {
    return result.retry().isEmpty()
        && result.refused().size() == batch.entries().size()
        && result.refused().stream().allMatch(refused -> refused.item() < 0);
  }

  /**
   * Takes refused items out of {@code left} and puts them to the dead letters.
   *
   * @param again receives those for which the dead letters had no room
   * @return why that failed, or null
   */
  private @Nullable String refuse(
      Delivery delivery, BitSet left, List<ExportResult.Refused> refused, BitSet again) {
    if (refused.isEmpty()) {
      return null;
    }
    Map<String, BitSet> byReason = new HashMap<>();
    Map<String, String> details = new HashMap<>();
    for (ExportResult.Refused one : refused) {
      BitSet items = byReason.computeIfAbsent(one.reason(), key -> new BitSet());
      details.putIfAbsent(one.reason(), one.detail());
      if (one.item() < 0) {
        items.or(left);
        left.clear();
      } else if (left.get(one.item())) {
        items.set(one.item());
        left.clear(one.item());
      }
    }
    String failure = null;
    for (Map.Entry<String, BitSet> group : byReason.entrySet()) {
      BitSet items = group.getValue();
      if (items.isEmpty()) {
        continue;
      }
      String reason = group.getKey();
      boolean all = items.cardinality() == delivery.record.items();
      try {
        deadLetters.add(
            delivery.record, all ? null : items, reason, details.getOrDefault(reason, ""));
        delivery.dropped(reason, items.cardinality());
        saidNoRoom = false;
        refusalsInARow++;
      } catch (IOException | OutOfMemoryError e) {
        cannotPutAside("no place for a dead letter", e);
        again.or(items);
        failure = "dead letters cannot be written: " + e;
      }
    }
    return failure;
  }

  /** A full disk would be told of each item, each time that it is tried. */
  private void cannotPutAside(String what, Throwable why) {
    if (!saidNoRoom) {
      saidNoRoom = true;
      LOG.warn("{}; it stays pending until there is room: {}", what, why.toString());
    }
  }

  private static BitSet items(ExportBatch.Entry entry) {
    BitSet items = new BitSet(entry.record().items());
    BitSet wanted = entry.wanted();
    if (wanted == null) {
      items.set(0, entry.record().items());
    } else {
      items.or(wanted);
    }
    return items;
  }

  private static BitSet common(ExportBatch.Entry sent, ExportBatch.Entry again) {
    BitSet items = items(sent);
    items.and(items(again));
    return items;
  }
}
