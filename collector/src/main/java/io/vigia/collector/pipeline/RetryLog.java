package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.UnixTime;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.LogReader;
import io.vigia.collector.disklog.SideLog;
import io.vigia.collector.disklog.SideNote;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Items a destination keeps putting off, on disk and out of the way of the others; gone through in
 * rounds with a back-off. Has a cursor and so a ledger of its own: what the main cursor counts as
 * moved is accepted here, and {@link #counted} takes care that nobody sees an item in both. Made on
 * first use. Used by the dispatcher's thread, but for the ledger.
 */
final class RetryLog implements Closeable {
  /** The unit in which space is freed. */
  private static final long SEGMENT_BYTES = 512 << 10;

  private final Storage storage;
  private final Path directory;
  private final Backoff backoff;

  private volatile @Nullable Cursor cursor;
  private volatile @Nullable SideLog log;
  private @Nullable LogReader reader;

  /** Held while either ledger takes over items from the other, and to read both. */
  private final Object ledgers = new Object();

  private @Nullable LogPosition countedEnd;

  /** Items that are here already, and whose record is not done yet in the main cursor. */
  private long arriving;

  /** Those records. */
  private final Set<Delivery> arrivals = new HashSet<>();

  private volatile boolean closed;

  private int rounds;
  private long roundNanos = System.nanoTime();

  /** What became of records that were taken in part, by their place here. The rest is on disk. */
  private final Map<Long, Delivery.Part> parts = new HashMap<>();

  RetryLog(Storage storage, Path directory, Backoff backoff) {
    this.storage = storage;
    this.directory = directory;
    this.backoff = backoff;
  }

  /**
   * Opens what an earlier process left. An entry whose origin the main cursor does not hold for
   * done was moved just before a crash: it will come again from the main log, so it is taken out
   * here. Payloads of the others are not read: there may be very many.
   *
   * @param mainLog what it has lost is only here
   */
  void openIfPresent(Cursor main, DiskLog mainLog) throws IOException {
    if (!storage.exists(directory.resolve("meta"))) {
      return;
    }
    SideLog open = open();
    Cursor own = cursor();
    open.forEach(
        own.lowWater(),
        note -> mainLog.has(note.origin()) && !main.isDone(note.origin().sequence()),
        entry -> own.annul(entry.from(), entry.to()));
  }

  private SideLog open() throws IOException {
    SideLog open = log;
    if (open == null) {
      if (closed) { // a dispatcher that was stuck in a write: another one may be at work here
        throw new IOException(directory + " is closed");
      }
      storage.createDirectories(directory);
      open = SideLog.open(storage, directory, SEGMENT_BYTES * 8);
      try {
        cursor = Cursor.open(storage, directory.resolve("cursor"), open);
      } catch (IOException | RuntimeException e) {
        open.close();
        throw e;
      }
      synchronized (ledgers) {
        log = open;
        countedEnd = open.end();
      }
    }
    return open;
  }

  private Cursor cursor() {
    return java.util.Objects.requireNonNull(cursor);
  }

  /** New to the ledger. All are durable when this returns; when it throws, perhaps none. */
  void add(List<ExportBatch.Entry> entries, String reason) throws IOException {
    add(entries, reason, null);
  }

  /** Items of a record that the main cursor counts as pending until {@link #counted}. */
  void move(Delivery delivery, ExportBatch.Entry entry, String reason) throws IOException {
    add(List.of(entry), reason, delivery);
  }

  /**
   * @param moved whose items they are; null when they are new to the ledger
   */
  private void add(List<ExportBatch.Entry> entries, String reason, @Nullable Delivery moved)
      throws IOException {
    boolean wasEmpty = isEmpty();
    SideLog open = open();
    LogPosition from = open.end();
    for (ExportBatch.Entry entry : entries) {
      LogRecord record = entry.record();
      SideNote note =
          new SideNote(
              record.id(),
              record.signal(),
              record.items(),
              entry.wanted(),
              reason,
              "",
              UnixTime.nowNanos());
      open.write(record.envelope(), note, record.payload());
    }
    open.commit();
    synchronized (ledgers) {
      countedEnd = open.end();
      if (moved != null) {
        int items = entries.stream().mapToInt(ExportBatch.Entry::items).sum();
        moved.moved(items, new Cursor.Range(from, open.end()));
        arriving += items;
        if (!takenBack(moved)) {
          arrivals.add(moved);
        }
      }
    }
    if (wasEmpty) {
      rounds = 0;
      scheduleRound();
    }
  }

  /**
   * Counts a record, some of whose items were moved here, as done in the main cursor.
   *
   * @return whether it is done
   */
  boolean counted(Delivery delivery) {
    synchronized (ledgers) {
      if (!delivery.finish()) {
        return false;
      }
      if (arrivals.remove(delivery)) {
        arriving -= delivery.moved();
        if (delivery.givenUp()) { // with all its items: what was moved is counted there already
          delivery.moves().forEach(move -> cursor().annul(move.from(), move.to()));
        }
      }
      return true;
    }
  }

  /**
   * Gives up in the main cursor whatever is not done between the two places. What of it was moved
   * here is taken out at the same time, so that a process that dies before it has heard of it all
   * does not find it in both. To be saved here first. By any thread.
   */
  void drop(Cursor main, LogPosition from, LogPosition to, String reason) {
    synchronized (ledgers) {
      main.drop(from, to, reason);
      arrivals.removeIf(this::takenBack);
    }
  }

  /** Of a record that was given up with all its items: they are counted there. */
  private boolean takenBack(Delivery delivery) {
    boolean givenUp = delivery.isDoneInCursor();
    if (givenUp) {
      arriving -= delivery.moved();
      delivery.moves().forEach(move -> cursor().annul(move.from(), move.to()));
      delivery.movesTakenBack();
    }
    return givenUp;
  }

  /** Whether what is here may have been delivered already: how far it had come is not known. */
  boolean mayRepeat() {
    return !isEmpty() && cursor().mayRepeat();
  }

  /** Whether nothing would be sent from here after a restart. */
  boolean savedAsEmpty() {
    SideLog open = log;
    return open == null || cursor().savedLowWater().sequence() >= open.end().sequence();
  }

  private boolean isEmpty() {
    SideLog open = log;
    return open == null || cursor().lowWater().sequence() >= open.end().sequence();
  }

  /** When to look here again; "for ever" when there is nothing. */
  long waitNanos(long nowNanos) {
    return isEmpty() ? Long.MAX_VALUE : roundNanos - nowNanos;
  }

  private void scheduleRound() {
    rounds++;
    roundNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoff.waitMillis(rounds, 0));
  }

  /**
   * The next batch of the round; empty when the round is over.
   *
   * @param tooOld what was received then is given up instead
   */
  List<ExportBatch.Entry> next(
      Exporter.Limits limits, Outcomes outcomes, CrashGuard guard, LongPredicate tooOld)
      throws IOException {
    if (waitNanos(System.nanoTime()) > 0) {
      return List.of();
    }
    Cursor own = cursor();
    LogReader in = reader;
    if (in == null) {
      in = open().reader(own.lowWater());
      reader = in;
    }
    List<ExportBatch.Entry> batch = new ArrayList<>();
    try {
      fill(batch, in, limits, outcomes, guard, tooOld);
    } catch (IOException | RuntimeException | Error e) { // the next round begins anew, in its time
      batch.forEach(entry -> outcomes.forget(entry.record().id()));
      endRound(in);
      throw e;
    }
    if (batch.isEmpty()) {
      endRound(in);
    }
    return batch;
  }

  private void fill(
      List<ExportBatch.Entry> batch,
      LogReader in,
      Exporter.Limits limits,
      Outcomes outcomes,
      CrashGuard guard,
      LongPredicate tooOld)
      throws IOException {
    Cursor own = cursor();
    long bytes = 0;
    long items = 0;
    while (bytes < limits.maxBatchBytes() && items < limits.maxBatchItems()) {
      LogEntry entry = in.next();
      if (entry == null) {
        return;
      }
      LogRecord record = entry.record();
      if (record == null) {
        own.drop(entry.from(), entry.to(), String.valueOf(entry.damage()));
      } else if (!own.isDone(entry.from().sequence())) {
        boolean isOpen = outcomes.isOpen(record.id());
        if (tooOld.test(since(entry, record)) && !isOpen) {
          outcomes.drop(delivery(own, entry, record), Outcomes.AGE);
          continue;
        }
        if (guard.condemned(record.id().sequence(), /* retryLog= */ true)) {
          outcomes.quarantine(own, entry, record);
          continue;
        }
        boolean alone = guard.suspectedInRetryLog(record.id().sequence());
        if (alone && !batch.isEmpty()) {
          in.seek(entry.from());
          return;
        }
        // items of one record may be here twice (dead letters given again): one after the other
        if (!isOpen) {
          ExportBatch.Entry left = outcomes.begin(delivery(own, entry, record));
          batch.add(left);
          bytes += record.payload().remaining();
          items += left.items();
          if (alone) {
            return;
          }
        }
      }
    }
  }

  /** When it was received; of a dead letter, when an operator gave it again. */
  private static long since(LogEntry entry, LogRecord record) {
    SideNote note = entry.note();
    long received = record.envelope().receiveTimeUnixNanos();
    return note != null && note.reason().equals(DeadLetters.RETRIED)
        ? Math.max(received, note.unixNanos())
        : received;
  }

  private Delivery delivery(Cursor own, LogEntry entry, LogRecord record) {
    Delivery.Part part = parts.get(entry.from().sequence());
    return part == null ? new Delivery(own, entry, record) : new Delivery(own, entry, record, part);
  }

  private void endRound(LogReader in) {
    in.close();
    reader = null;
    long done = cursor().lowWater().sequence();
    parts.keySet().removeIf(place -> place < done);
    scheduleRound();
  }

  /**
   * A batch of {@link #next}, or a part of one, was answered; {@code again} is what is left of it.
   * What waits for the next round waits on disk, however much it is: of a record that rests only
   * what became of its items is remembered.
   */
  void answered(List<ExportBatch.Entry> batch, List<ExportBatch.Entry> again, Outcomes outcomes) {
    for (ExportBatch.Entry entry : again) {
      Delivery delivery = outcomes.delivery(entry.record().id());
      if (delivery != null) {
        delivery.putOff(entry);
      }
    }
    for (ExportBatch.Entry entry : batch) {
      RecordId origin = entry.record().id();
      Delivery delivery = outcomes.delivery(origin);
      if (delivery != null && delivery.rests()) {
        outcomes.forget(origin);
        Delivery.Part part = delivery.part();
        if (part != null) {
          parts.put(delivery.sequence(), part);
        }
      }
    }
  }

  /**
   * Gives up what came from before {@code sequence} in the main log. Reads no payloads. Between
   * open and close.
   */
  void dropBefore(long sequence, String reason) throws IOException {
    SideLog open = log;
    if (open == null) {
      return;
    }
    Cursor own = cursor();
    open.forEachNote(
        own.lowWater(),
        (from, to, note) -> {
          if (note == null || note.origin().sequence() < sequence) {
            own.drop(from, to, reason);
          }
        });
    own.save();
  }

  /** Bytes of its files. By any thread. */
  long bytes() {
    SideLog open = log;
    return open == null ? 0 : open.bytes();
  }

  /** Gives up the oldest file and frees it; says whether there was one to give. By any thread. */
  boolean dropOldest(String reason) throws IOException {
    SideLog open = log;
    Cursor own = cursor;
    LogPosition next = open == null ? null : open.nextSegmentStart();
    if (open == null || own == null || next == null) {
      return false;
    }
    synchronized (ledgers) {
      for (Delivery delivery : arrivals) {
        arriving -= delivery.lose(own, next, reason);
      }
      own.drop(own.lowWater(), next, reason);
    }
    own.save();
    open.deleteBefore(Math.min(next.sequence(), own.savedLowWater().sequence()));
    return true;
  }

  /** When the oldest that waits here was received, or 0 when nothing does. By any thread. */
  long oldestUnixNanos() throws IOException {
    SideLog open = log;
    if (open == null || isEmpty()) {
      return 0;
    }
    try (LogReader reader = open.peekingReader(cursor().lowWater())) {
      return reader.peekReceiveTimeUnixNanos();
    }
  }

  /** The main cursor's ledger and this one's, of one moment. By any thread. */
  Ledgers ledgers(Cursor main, LogPosition mainEnd) {
    synchronized (ledgers) {
      LogPosition end = countedEnd;
      Cursor.Ledger own = end == null ? null : cursor().ledger(end);
      return new Ledgers(main.ledger(mainEnd), own, arriving);
    }
  }

  /** Saves the cursor and frees what is behind it. By any thread. */
  void save() throws IOException {
    SideLog files = log;
    Cursor own = cursor;
    if (files != null && own != null) {
      own.save();
      files.deleteBefore(own.savedLowWater().sequence());
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    if (reader != null) {
      reader.close();
    }
    Cursor open = cursor;
    if (open != null) {
      open.close();
    }
    if (log != null) {
      log.close();
    }
  }
}
