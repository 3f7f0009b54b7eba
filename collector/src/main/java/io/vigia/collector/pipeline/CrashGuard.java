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
 * <p>A mark is written when a batch is handed to the exporter and wiped when it is answered, but
 * after {@link #WINDOW_MILLIS} at the latest: who dies of a record dies quickly, and a kill while a
 * slow backend is waited for must not be held against the record. Marks are not synced: they have
 * to survive the process, not the machine. Used by the dispatcher's thread only.
 */
final class CrashGuard implements Closeable {
  static final int DEATHS = 3;
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
  private final List<Mark> suspects;

  /** Set in the number of deaths on disk. */
  private static final int FROM_RETRY_LOG = 1 << 30;

  /**
   * A range of sequences, and how many deaths it has seen. What was sent from the retry log is
   * judged apart: it comes in an order of its own.
   */
  private record Mark(long from, long to, int deaths, boolean retryLog, long nanos) {
    boolean holds(long sequence, boolean ofRetryLog) {
      return retryLog == ofRetryLog && sequence >= from && sequence < to;
    }
  }

  private CrashGuard(StorageFile file, List<Mark> suspects, long sentBelow) {
    this.file = file;
    this.suspects = suspects;
    this.sentBelow = sentBelow;
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
          boolean retryLog = (deaths & FROM_RETRY_LOG) != 0;
          suspects.add(new Mark(from, to, (deaths & ~FROM_RETRY_LOG) + 1, retryLog, 0));
        }
      }
      boolean sent = bytes.getInt(SENT_AT + 20) == crc(bytes, SENT_AT);
      CrashGuard guard = new CrashGuard(file, suspects, sent ? bytes.getLong(SENT_AT + 8) : 0);
      boolean fresh = length < SENT_AT + SLOT_BYTES; // all its room now: later the disk may be full
      file.writeFully(ByteBuffer.allocate(fresh ? SENT_AT + SLOT_BYTES : SENT_AT), 0);
      return guard;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static int crc(ByteBuffer bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), at, 20);
    return (int) crc.getValue();
  }

  private int deaths(long sequence, boolean retryLog) {
    int deaths = 0;
    for (Mark suspect : suspects) {
      if (suspect.holds(sequence, retryLog)) {
        deaths = Math.max(deaths, suspect.deaths);
      }
    }
    return deaths;
  }

  /** Whether the record was sent alone and the process died of it often enough. */
  boolean condemned(long sequence, boolean retryLog) {
    for (Mark suspect : suspects) {
      if (suspect.holds(sequence, retryLog)
          && suspect.to == suspect.from + 1
          && suspect.deaths >= DEATHS) {
        return true;
      }
    }
    return false;
  }

  /** Whether records from here on were there at a death: one batch at a time then. */
  boolean suspicious(long sequence) {
    return suspects.stream().anyMatch(suspect -> !suspect.retryLog && sequence < suspect.to);
  }

  /** Whether a record of the retry log was there at a death: to be sent alone. */
  boolean suspectedInRetryLog(long sequence) {
    return deaths(sequence, /* retryLog= */ true) > 0;
  }

  /** How many records a batch may have that begins with this one. */
  int maxRecords(long sequence) {
    int most = Integer.MAX_VALUE;
    for (Mark suspect : suspects) {
      if (suspect.retryLog) {
        continue;
      }
      if (suspect.holds(sequence, false)) {
        long part = suspect.deaths == 1 ? (suspect.to - suspect.from + 15) / 16 : 1;
        most = (int) Math.min(most, part);
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
    int deaths = 0;
    for (ExportBatch.Entry entry : batch.entries()) {
      long sequence = entry.record().id().sequence();
      from = Math.min(from, sequence);
      to = Math.max(to, sequence + 1);
      deaths = Math.max(deaths, deaths(sequence, retryLog));
    }
    if (to > sentBelow) {
      sent(to + SENT_STEP);
    }
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      if (slots[slot] == null) {
        write(slot, from, to, retryLog ? deaths | FROM_RETRY_LOG : deaths);
        slots[slot] = new Mark(from, to, deaths, retryLog, System.nanoTime());
        tickets[slot] = ++lastTicket;
        return lastTicket;
      }
    }
    return 0; // more in flight than slots: this one goes unmarked
  }

  /**
   * Everything that was ever handed to the exporter has a lower sequence; 0 after an orderly end.
   */
  long sentBelow() {
    return sentBelow;
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

  /** Wipes marks that are too old to mean anything; call now and then. */
  void expire(long nowNanos) throws IOException {
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
      Mark mark = slots[slot];
      if (mark != null && nowNanos - mark.nanos > TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS)) {
        wipe(slot, mark);
      }
    }
  }

  /** When {@link #expire} has something to do; "for ever" when nothing is in flight. */
  long expiryNanos(long nowNanos) {
    long soonest = Long.MAX_VALUE;
    for (Mark mark : slots) {
      if (mark != null) {
        long left = mark.nanos + TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS + 1) - nowNanos;
        soonest = Math.min(soonest, left);
      }
    }
    return soonest;
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

  /** The same, but what is below was sent, and will be sent again. */
  void close(long sentBelow) throws IOException {
    try {
      file.writeFully(ByteBuffer.allocate(SENT_AT), 0);
      write(MAX_SLOTS, 0, sentBelow, 0);
    } finally {
      file.close();
    }
  }
}
