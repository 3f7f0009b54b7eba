package io.vigia.agent.extension.logs;

import io.vigia.agent.boot.Console;
import io.vigia.agent.extension.export.ExportHealth;
import io.vigia.agent.extension.export.HeapShare;
import java.io.IOException;
import org.komamitsu.fluency.BufferFullException;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.Fluency;
import org.komamitsu.fluency.FluencyBuilder;

/**
 * Fluency with our settings, whose connection spills what it cannot send. One thread emits; others
 * may flush, and close when that one emits no more.
 */
final class FluencySender {

  /** Fluentd tag of all log records; the service is in the resource. */
  static final String TAG = "vigia.logs";

  /** How much may be queued in front of it. */
  static final long MAX_QUEUED_BYTES = HeapShare.atMost(8L << 20);

  /** Its chunks double: twice as much takes whatever the queue can have in one event. */
  private static final long MAX_BUFFERED_BYTES = 2 * MAX_QUEUED_BYTES;

  /** The protocol has 32 bits, until 2106; the last two mean something else to Fluent Bit. */
  private static final long LAST_SECONDS = 0xffff_fffdL;

  private static final ForwardRecordFormatter FORMATTER = new ForwardRecordFormatter();

  private final Fluency fluency;
  private final SpillingIngester ingester;
  private final ExportHealth health;
  private final SetBack clock;

  /**
   * @param heldMillis how long it waits for more events before it sends some
   * @param health is told of what was lost
   */
  FluencySender(SpillingIngester ingester, int heldMillis, ExportHealth health, SetBack clock) {
    this.ingester = ingester;
    this.health = health;
    this.clock = clock;
    FluencyBuilder builder = new FluencyBuilder();
    builder.setJvmHeapBufferMode(true);
    builder.setMaxBufferSize(MAX_BUFFERED_BYTES);
    builder.setBufferChunkInitialSize(64 << 10);
    builder.setBufferChunkRetentionSize(1 << 20);
    builder.setBufferChunkRetentionTimeMillis(heldMillis);
    builder.setFlushAttemptIntervalMillis(200);
    builder.setWaitUntilBufferFlushed(1);
    builder.setWaitUntilFlusherTerminated(1);
    this.fluency = builder.buildFromIngester(FORMATTER, ingester);
  }

  /**
   * Takes an event, or loses it and says so.
   *
   * @return false when its buffer is full for now, and the event is still the caller's
   */
  boolean emit(long epochNanos, byte[] record) {
    try {
      fluency.emit(TAG, time(epochNanos), record, 0, record.length);
      return true;
    } catch (BufferFullException e) {
      return false;
    } catch (Throwable e) { // also memory that ran out: the next event may find some
      health.dropped("log events", e.getClass().getSimpleName());
      return true;
    }
  }

  /** As it is in a chunk. */
  static byte[] entry(long epochNanos, byte[] record) {
    return FORMATTER.formatFromMessagePack(TAG, time(epochNanos), record, 0, record.length);
  }

  private static EventTime time(long epochNanos) {
    long seconds = Math.floorDiv(epochNanos, 1_000_000_000L);
    return EventTime.fromEpoch(
        Math.max(0, Math.min(seconds, LAST_SECONDS)), Math.floorMod(epochNanos, 1_000_000_000L));
  }

  /** Fluency would hold what it has until the clock has come so far again, for hours perhaps. */
  void flushIfSetBack() {
    if (clock.happened()) {
      flush();
    }
  }

  /** Asks Fluency's thread; false when that was not possible. */
  boolean flush() {
    try {
      fluency.flush();
      return true;
    } catch (IOException e) {
      Console.debug(() -> "Fluency: " + e);
      return false;
    }
  }

  /** Sends what it has; blocks for as long as the network does, and then for up to two seconds. */
  void close() {
    try {
      // by itself it forgets what came while it was sending because of a flush
      fluency.getBuffer().flush(ingester, true);
    } catch (IOException e) {
      Console.debug(() -> "Fluency: " + e);
    }
    try {
      fluency.close();
    } catch (IOException e) {
      Console.debug(() -> "Fluency: " + e);
    }
  }
}
