package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.SideNote;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way: what became of its items so far. Counted in the cursor only when all are
 * settled. Used by the dispatcher's thread only, but for what was moved: that is the retry log's,
 * under its lock.
 */
final class Delivery {
  final LogRecord record;
  private final LogEntry entry;
  private final Cursor cursor;
  private int unsettled;
  private long delivered;
  private long duplicates;
  private long moved;
  private boolean givenUp;
  private int answers;
  private Map<String, Long> dropped = Map.of();
  private List<Cursor.Range> moves = List.of();
  private boolean wasMoved;

  /** Of what was moved: given up where it was, and counted with the record. */
  private Map<String, Long> lost = Map.of();

  private @Nullable BitSet left;
  private @Nullable BitSet waiting;

  /**
   * @param cursor over the log that {@code entry} is from; told when all is settled
   */
  Delivery(Cursor cursor, LogEntry entry, LogRecord record) {
    this.cursor = cursor;
    this.entry = entry;
    this.record = record;
    this.unsettled = Math.toIntExact(entry.items());
  }

  /** What became of some items of a record, without the record. */
  record Part(BitSet left, long delivered, long duplicates, Map<String, Long> dropped) {}

  /** Of a record of which a part is settled already. */
  Delivery(Cursor cursor, LogEntry entry, LogRecord record, Part settled) {
    this(cursor, entry, record);
    left = settled.left;
    unsettled = settled.left.cardinality();
    delivered = settled.delivered;
    duplicates = settled.duplicates;
    dropped = settled.dropped;
    answers = 1;
  }

  ExportBatch.Entry toSend() {
    SideNote note = entry.note();
    return new ExportBatch.Entry(record, left != null ? left : note == null ? null : note.wanted());
  }

  /** Items are to be sent again, but not now. */
  void putOff(ExportBatch.Entry again) {
    BitSet more = again.wanted();
    if (waiting == null) {
      waiting = new BitSet();
    }
    if (more == null) {
      waiting.set(0, record.items());
    } else {
      waiting.or(more);
    }
  }

  /** Whether everything that is not settled was put off, so that nothing of it is on its way. */
  boolean rests() {
    return waiting != null && waiting.cardinality() == unsettled;
  }

  /** What to remember of a record that rests; null when nothing of it is settled. */
  @Nullable Part part() {
    return waiting == null || unsettled == entry.items()
        ? null
        : new Part(waiting, delivered, duplicates, dropped);
  }

  /** Where it is in its log. */
  long sequence() {
    return entry.from().sequence();
  }

  /** The backend said something about it. */
  void answered() {
    answers++;
  }

  long moved() {
    return moved;
  }

  /**
   * @param to where in the retry log they are now
   */
  void moved(int items, Cursor.Range to) {
    moved += items;
    unsettled -= items;
    if (moves.isEmpty()) {
      moves = new ArrayList<>();
    }
    moves.add(to);
    wasMoved = true;
  }

  /** Whether items of it are, or were, in the retry log: its lock is needed then. */
  boolean wasMoved() {
    return wasMoved;
  }

  /**
   * Gives up what lies in the retry log before a place. It counts with the record, so that a
   * process that dies before the record is done does not find it both given up and to be sent.
   *
   * @return how many items
   */
  long lose(Cursor retries, LogPosition before, String reason) {
    long items = 0;
    for (Cursor.Range move : moves) {
      if (move.to().sequence() <= before.sequence()) {
        items += retries.annul(move.from(), move.to());
      }
    }
    if (items > 0) {
      lost = new LinkedHashMap<>(lost);
      lost.merge(reason, items, Long::sum);
      moved -= items;
    }
    return items;
  }

  /** Where in the retry log its items are that were moved, at one time or at several. */
  List<Cursor.Range> moves() {
    return moves;
  }

  /** They are not in the retry log any more: the record was given up with all its items. */
  void movesTakenBack() {
    moved = 0;
    moves = List.of();
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

  /** All that is not settled. */
  void dropRest(String reason) {
    dropped(reason, unsettled);
  }

  /** Whether somebody else gave it up, and counted it, while it was on its way. */
  boolean isDoneInCursor() {
    return cursor.isDone(entry.from().sequence());
  }

  boolean isSettled() {
    return unsettled <= 0;
  }

  /** Counts the record in the cursor if all its items are settled. */
  boolean finish() {
    if (!isSettled()) {
      return false;
    }
    Map<String, Long> all = dropped;
    if (!lost.isEmpty()) {
      all = new LinkedHashMap<>(dropped);
      for (Map.Entry<String, Long> one : lost.entrySet()) {
        all.merge(one.getKey(), one.getValue(), Long::sum);
      }
    }
    givenUp =
        !cursor.done(
            entry.from(), entry.to(), delivered, Math.min(duplicates, delivered), all, moved);
    return true;
  }

  /**
   * Gives the payload's memory back when certainly nobody looks at it any more: when all of it was
   * taken by the only request that ever held it. Others may lie in a socket still.
   */
  void giveBack() {
    if (answers == 1 && delivered == entry.items()) {
      entry.giveBack();
    }
  }

  /** Whether the record was dropped, and counted so, while it was on its way. */
  boolean givenUp() {
    return givenUp;
  }
}
