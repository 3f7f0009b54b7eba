package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.disklog.Storage;
import io.vigia.collector.disklog.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Remembers across the death of the process what was being sent when it died, so that a record that
 * kills it cannot do so for ever: the suspected batch is sent in ever smaller parts, and a single
 * record that was there at three deaths is condemned.
 *
 * <p>A mark is written when a batch is handed to the exporter and wiped when it is answered. After
 * {@link #WINDOW_MILLIS} without an answer it is only lowered: most who die of a record die
 * quickly, and a kill while a slow backend is waited for says little about the record. So it takes
 * {@link #LATE_DEATHS} to be condemned by those, of which the first few change nothing; but a
 * record that kills slowly (by the answer to it, by memory that runs out) is found too. Marks are
 * not synced: they have to survive the process, not the machine. Used by the dispatcher's thread
 * only.
 */
final class CrashGuard implements Closeable {
  static final int DEATHS = 3;

  /** So many are enough when some of them came long after sending. */
  static final int LATE_DEATHS = 10;

  /** So many of those are held for one soon after sending. */
  private static final int LATE_WEIGHT = 4;

  private static final int MAX_SLOTS = 64;
  private static final int SLOT_BYTES = 32;
  private static final long WINDOW_MILLIS = 250;

  /** Behind the slots: one more, with the sequence below which all may have been sent. */
  private static final int SENT_AT = MAX_SLOTS * SLOT_BYTES;

  /** The mark goes ahead in steps, so that its fsync is rare. */
  private static final long SENT_STEP = 1_024;

  private final StorageFile file;
  private final @Nullable Mark[] slots = new @Nullable Mark[MAX_SLOTS];
  private final long[] tickets = new long[MAX_SLOTS];
  private long lastTicket;
  private long sentBelow;
  private final boolean damaged;
  private final List<Mark> suspects;

  // in the number of deaths on disk, whose lowest ten bits are the early ones
  private static final int LATE_SHIFT = 10;
  private static final int MAX_COUNT = (1 << LATE_SHIFT) - 1;
  private static final int LATE = 1 << 29;
  private static final int FROM_RETRY_LOG = 1 << 30;

  /** How many deaths were seen soon after sending, and how many long after it. */
  private record Deaths(int early, int late) {
    static final Deaths NONE = new Deaths(0, 0);

    int all() {
      return early + late;
    }

    /**
     * 0: nothing changes; 1: the batch is sent in parts; more: record by record. A slow backend and
     * a process that is killed now and then must not end in single records.
     */
    int weight() {
      return early + late / LATE_WEIGHT;
    }

    Deaths max(Deaths other) {
      return new Deaths(Math.max(early, other.early), Math.max(late, other.late));
    }

    Deaths oneMore(boolean wasLate) {
      return wasLate
          ? new Deaths(early, Math.min(MAX_COUNT, late + 1))
          : new Deaths(Math.min(MAX_COUNT, early + 1), late);
    }
  }

  /**
   * A range of sequences, and the deaths it has seen. What was sent from the retry log is judged
   * apart: it comes in an order of its own.
   *
   * @param late whether it has been without an answer for long
   */
  private record Mark(
      long from, long to, Deaths deaths, boolean retryLog, boolean late, long nanos) {
    boolean holds(long sequence, boolean ofRetryLog) {
      return retryLog == ofRetryLog && sequence >= from && sequence < to;
    }

    boolean condemned() {
      return to == from + 1 && (deaths.early >= DEATHS || deaths.all() >= LATE_DEATHS);
    }

    /** It has survived the time in which one dies quickly: what it saw of that counts less too. */
    Mark lowered() {
      return new Mark(
          from, to, new Deaths(0, Math.min(MAX_COUNT, deaths.all())), retryLog, true, nanos);
    }

    int onDisk() {
      return deaths.early
          | deaths.late << LATE_SHIFT
          | (late ? LATE : 0)
          | (retryLog ? FROM_RETRY_LOG : 0);
    }

    /** What a process that died has left: one death more. */
    static Mark left(long from, long to, int onDisk) {
      Deaths deaths = new Deaths(onDisk & MAX_COUNT, onDisk >> LATE_SHIFT & MAX_COUNT);
      boolean retryLog = (onDisk & FROM_RETRY_LOG) != 0;
      return new Mark(from, to, deaths.oneMore((onDisk & LATE) != 0), retryLog, false, 0);
    }
  }

  private CrashGuard(StorageFile file, List<Mark> suspects, long sentBelow, boolean damaged) {
    this.file = file;
    this.suspects = suspects;
    this.sentBelow = sentBelow;
    this.damaged = damaged;
  }

  static CrashGuard open(Storage storage, Path path) throws IOException {
    StorageFile file = storage.exists(path) ? storage.open(path) : storage.create(path);
    try {
      List<Mark> suspects = new ArrayList<>();
      ByteBuffer bytes = ByteBuffer.allocate(SENT_AT + SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int length = file.readFully(bytes, 0);
      for (int at = 0; at < SENT_AT && at + SLOT_BYTES <= length; at += SLOT_BYTES) {
        long from = bytes.getLong(at);
        long to = bytes.getLong(at + 8);
        int deaths = bytes.getInt(at + 16);
        if (to > from && bytes.getInt(at + 20) == crc(bytes, at)) {
          suspects.add(Mark.left(from, to, deaths));
        }
      }
      boolean sent = bytes.getInt(SENT_AT + 20) == crc(bytes, SENT_AT);
      boolean damaged = !sent && !isEmpty(bytes, SENT_AT);
      CrashGuard guard =
          new CrashGuard(file, suspects, sent ? bytes.getLong(SENT_AT + 8) : 0, damaged);
      boolean fresh = length < SENT_AT + SLOT_BYTES; // all its room now: later the disk may be full
      file.writeFully(ByteBuffer.allocate(fresh ? SENT_AT + SLOT_BYTES : SENT_AT), 0);
      return guard;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static boolean isEmpty(ByteBuffer bytes, int at) {
    for (int i = at; i < at + SLOT_BYTES; i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int crc(ByteBuffer bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), at, 20);
    return (int) crc.getValue();
  }

  private Deaths deaths(long sequence, boolean retryLog) {
    Deaths deaths = Deaths.NONE;
    for (Mark suspect : suspects) {
      if (suspect.holds(sequence, retryLog)) {
        deaths = deaths.max(suspect.deaths);
      }
    }
    return deaths;
  }

  /** Whether the record was sent alone and the process died of it often enough. */
  boolean condemned(long sequence, boolean retryLog) {
    for (Mark suspect : suspects) { // asked for every record
      if (suspect.holds(sequence, retryLog) && suspect.condemned()) {
        return true;
      }
    }
    return false;
  }

  /** Whether records from here on were there at a death: one batch at a time then. */
  boolean suspicious(long sequence) {
    return suspects.stream()
        .anyMatch(
            suspect -> !suspect.retryLog && suspect.deaths.weight() > 0 && sequence < suspect.to);
  }

  /** Whether a record of the retry log was there at a death: to be sent alone. */
  boolean suspectedInRetryLog(long sequence) {
    return deaths(sequence, /* retryLog= */ true).all() > 0;
  }

  /** How many records a batch may have that begins with this one. */
  int maxRecords(long sequence) {
    int most = Integer.MAX_VALUE;
    for (Mark suspect : suspects) {
      int weight = suspect.deaths.weight();
      if (suspect.retryLog || weight == 0) {
        continue;
      }
      if (suspect.holds(sequence, false)) {
        long width = suspect.to - suspect.from;
        most = (int) Math.min(most, weight == 1 ? (width + 15) / 16 : 1);
      } else if (sequence < suspect.from) {
        most = (int) Math.min(most, suspect.from - sequence); // innocent ones go by themselves
      }
    }
    return most;
  }

  /** A batch is about to be handed to the exporter; returns the ticket for {@link #leave}. */
  long enter(ExportBatch batch, boolean retryLog) throws IOException {
    long from = Long.MAX_VALUE;
    long to = 0;
    Deaths deaths = Deaths.NONE;
    for (ExportBatch.Entry entry : batch.entries()) {
      long sequence = entry.record().id().sequence();
      from = Math.min(from, sequence);
      to = Math.max(to, sequence + 1);
      deaths = deaths.max(deaths(sequence, retryLog));
    }
    if (to > sentBelow) {
      sent(to + SENT_STEP);
    }
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      if (slots[slot] == null) {
        Mark mark = new Mark(from, to, deaths, retryLog, false, System.nanoTime());
        write(slot, mark);
        slots[slot] = mark;
        tickets[slot] = ++lastTicket;
        return lastTicket;
      }
    }
    return 0; // more in flight than slots: this one goes unmarked
  }

  /**
   * Everything that was ever handed to the exporter, and may be handed to it again, has a lower
   * sequence; 0 when there is no such thing.
   */
  long sentBelow() {
    return sentBelow;
  }

  /** Whether what {@link #sentBelow} was could not be read. */
  boolean wasDamaged() {
    return damaged;
  }

  /** Durable when this returns. */
  void sent(long belowSequence) throws IOException {
    write(MAX_SLOTS, 0, belowSequence, 0);
    file.sync();
    sentBelow = belowSequence;
  }

  /** The batch was answered. */
  void leave(long ticket) throws IOException {
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      if (slots[slot] != null && tickets[slot] == ticket) {
        wipe(slot, slots[slot]);
      }
    }
  }

  private void wipe(int slot, Mark mark) throws IOException {
    slots[slot] = null;
    write(slot, 0, 0, 0);
    suspects.removeIf(
        suspect ->
            suspect.retryLog == mark.retryLog
                && suspect.to <= mark.to
                && (!mark.retryLog || suspect.from >= mark.from));
  }

  /** Lowers marks that are too old to mean much; call now and then. */
  void expire(long nowNanos) throws IOException {
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      Mark mark = slots[slot];
      if (mark != null
          && !mark.late
          && nowNanos - mark.nanos > TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS)) {
        slots[slot] = mark.lowered();
        write(slot, mark.lowered());
      }
    }
  }

  /** When {@link #expire} has something to do; "for ever" when nothing was sent lately. */
  long expiryNanos(long nowNanos) {
    long soonest = Long.MAX_VALUE;
    for (Mark mark : slots) {
      if (mark != null && !mark.late) {
        long left = mark.nanos + TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS + 1) - nowNanos;
        soonest = Math.min(soonest, left);
      }
    }
    return soonest;
  }

  private void write(int slot, Mark mark) throws IOException {
    write(slot, mark.from, mark.to, mark.onDisk());
  }

  private void write(int slot, long from, long to, int deaths) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0, from).putLong(8, to).putInt(16, deaths);
    bytes.putInt(20, crc(bytes, 0));
    file.writeFully(bytes, (long) slot * SLOT_BYTES);
  }

  /** An orderly end is nobody's fault: all marks are wiped. */
  @Override
  public void close() throws IOException {
    close(0);
  }

  /** The same, but what is below was perhaps sent, and will be sent again. */
  void close(long sentBelow) throws IOException {
    try {
      file.writeFully(ByteBuffer.allocate(SENT_AT), 0);
      write(MAX_SLOTS, 0, sentBelow, 0);
    } finally {
      file.close();
    }
  }
}
