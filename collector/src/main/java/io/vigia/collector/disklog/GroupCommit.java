package io.vigia.collector.disklog;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many appenders, one writer: while one group is being written and synced the next one gathers, and
 * all of a group share one fsync.
 */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
  private static final long MAX_GROUP_BYTES = 4 << 20;

  /** Fewer are not worth waiting for others, and may be one sender that waits for each answer. */
  private static final int MANY_RECORDS = 8;

  private final SegmentedLog log;
  private final Signal signal;
  private final StagingPool pool;
  private final CollectorMetrics metrics;
  private final Runnable advanced;
  private final int maxRecordBytes;
  private final long diskRetryMillis;
  private final long gatherNanos;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<StagingChunk> full = new ArrayDeque<>();
  private @Nullable StagingChunk filling;
  private boolean writerWaits;

  /** How many records are in no group yet, and with how many of them the writer is to be woken. */
  private int gathered;

  private int wanted = 1;

  /** How many there will be when all that are about to be answered have sent again. */
  private int expected;

  private boolean closed;
  private long nextSequence;
  private long nextItems;
  private @Nullable String diskFailure;

  GroupCommit(
      SegmentedLog log,
      Signal signal,
      StagingPool pool,
      int maxRecordBytes,
      long diskRetryMillis,
      long gatherNanos,
      CollectorMetrics metrics,
      Runnable advanced) {
    this.log = log;
    this.signal = signal;
    this.pool = pool;
    this.maxRecordBytes = maxRecordBytes;
    this.diskRetryMillis = diskRetryMillis;
    this.gatherNanos = gatherNanos;
    this.metrics = metrics;
    this.advanced = advanced;
    this.nextSequence = log.end().sequence();
    this.nextItems = log.end().items();
    this.writer = new Thread(this::run, "vigia-log-" + signal.id());
  }

  void start() {
    writer.start();
  }

  /** Copies the record and returns at once. */
  CompletableFuture<Void> append(Envelope envelope, int items, ByteBuffer payload) {
    int payloadBytes = payload.remaining();
    long most = RecordFormat.maxBytes(envelope, payloadBytes);
    if (most > maxRecordBytes) {
      metrics.refused(envelope.receiver(), signal, "oversize", items);
      return CompletableFuture.failedFuture(
          new IntakeException.Rejected(
              "oversize",
              "a batch of " + payloadBytes + " bytes is over the limit of " + maxRecordBytes));
    }
    lock.lock();
    try {
      if (closed) {
        return refused(envelope, items, "shutting_down", "the collector is stopping", 1_000);
      }
      if (diskFailure != null) {
        return refused(envelope, items, "disk", diskFailure, 2 * diskRetryMillis);
      }
      StagingChunk chunk = chunkFor((int) most);
      if (chunk == null) {
        return refused(envelope, items, "memory", "too much is waiting for the disk", 200);
      }
      RecordFormat.append(
          chunk.buffer, envelope, null, items, payload, nextSequence, nextItems, chunk.checksum);
      StagingChunk.Waiter waiter =
          new StagingChunk.Waiter(envelope.receiver(), items, payloadBytes);
      nextSequence++;
      chunk.add(waiter, nextSequence);
      nextItems += items;
      gathered++;
      if (writerWaits && (gathered >= wanted || !full.isEmpty())) {
        work.signal();
      }
      return waiter;
    } finally {
      lock.unlock();
    }
  }

  CompletableFuture<Void> refused(
      Envelope envelope, int items, String reason, String message, long millis) {
    metrics.refused(envelope.receiver(), signal, reason, items);
    return CompletableFuture.failedFuture(new IntakeException.Overloaded(reason, message, millis));
  }

  private @Nullable StagingChunk chunkFor(int bytes) {
    StagingChunk chunk = filling;
    if (chunk != null && chunk.buffer.remaining() >= bytes) {
      return chunk;
    }
    StagingChunk fresh = pool.acquire(bytes);
    if (fresh != null) {
      if (chunk != null) {
        full.add(chunk);
      }
      filling = fresh;
    }
    return fresh;
  }

  private void run() {
    List<StagingChunk> group = new ArrayList<>();
    boolean dirty = false;
    long lastSync = System.nanoTime();
    while (take(group, dirty)) {
      try {
        if (!group.isEmpty()) {
          write(group);
          dirty = !log.options().durability().syncsBeforeAck();
        }
        if (dirty && syncIsDue(lastSync)) {
          log.sync();
          lastSync = System.nanoTime();
          dirty = false;
        }
      } catch (Throwable e) {
        overcome(e, group);
        dirty = false;
      }
      group.clear();
    }
  }

  private boolean syncIsDue(long lastSync) {
    Durability durability = log.options().durability();
    return durability.mode() == Durability.Mode.INTERVAL
        && System.nanoTime() - lastSync
            >= TimeUnit.MILLISECONDS.toNanos(durability.intervalMillis());
  }

  /** Waits for work; false when closed and nothing is left. */
  private boolean take(List<StagingChunk> group, boolean dirty) {
    Durability durability = log.options().durability();
    lock.lock();
    try {
      while (filling == null && !closed) {
        writerWaits = true;
        if (dirty && durability.mode() == Durability.Mode.INTERVAL) {
          if (!work.await(durability.intervalMillis(), TimeUnit.MILLISECONDS)) {
            return true;
          }
        } else {
          work.await();
        }
      }
      gather();
      long bytes = 0;
      StagingChunk next;
      while (bytes < MAX_GROUP_BYTES && (next = full.poll()) != null) {
        group.add(next);
        bytes += next.buffer.position();
      }
      StagingChunk last = filling;
      if (last != null && full.isEmpty()) {
        group.add(last);
        filling = null;
      }
      for (StagingChunk chunk : group) {
        gathered -= chunk.records;
      }
      return !group.isEmpty();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the log's writer", e);
    } finally {
      writerWaits = false;
      lock.unlock();
    }
  }

  /**
   * Waits a moment for those that were just answered: they mostly send again at once, and join one
   * fsync with those that came during the last one. Without it the senders fall into two halves
   * that take turns, with twice the fsyncs. (Large groups do not care.)
   */
  private void gather() throws InterruptedException {
    boolean worthIt = expected >= MANY_RECORDS && log.options().durability().syncsBeforeAck();
    long left = worthIt ? gatherNanos : 0;
    wanted = expected;
    writerWaits = true;
    while (left > 0 && gathered < expected && full.isEmpty() && !closed) {
      left = work.awaitNanos(left);
    }
    wanted = 1;
    expected = 0;
  }

  private void write(List<StagingChunk> group) throws IOException {
    long startNanos = System.nanoTime();
    int records = 0;
    long bytes = 0;
    for (StagingChunk chunk : group) {
      log.write(chunk.buffer.flip());
      records += chunk.records;
      bytes += chunk.buffer.limit();
    }
    if (log.options().durability().syncsBeforeAck()) {
      log.sync();
    }
    log.publish();
    long now = System.nanoTime();
    metrics.synced(signal, now - startNanos, records, bytes);
    advanced.run();
    lock.lock();
    try {
      expected = gathered + records;
    } finally {
      lock.unlock();
    }
    while (!group.isEmpty()) {
      acknowledge(group.get(0), now);
      answered(group);
    }
  }

  /** The first is out of the group before others may have its memory: it is answered once. */
  private void answered(List<StagingChunk> group) {
    pool.release(group.remove(0));
  }

  private void acknowledge(StagingChunk chunk, long now) {
    for (int i = 0; i < chunk.records; i++) {
      StagingChunk.Waiter waiter = chunk.waiters[i];
      metrics.accepted(
          waiter.receiver, signal, waiter.items, waiter.bytes, now - waiter.startNanos);
      waiter.complete(null);
    }
  }

  /** Memory may run out a second time; without this thread nobody would be answered. */
  private void overcome(Throwable cause, List<StagingChunk> group) {
    for (int lastTries = 3; lastTries > 0; ) {
      try {
        failed(cause, group);
        return;
      } catch (Throwable again) {
        if (!pause()) { // closed
          lastTries--;
        }
      }
    }
  }

  /**
   * Refuses everything that is not durable, then goes on in a new segment as soon as that works.
   */
  private void failed(Throwable cause, List<StagingChunk> group) {
    lock.lock();
    try {
      diskFailure = "the disk failed";
      gathered = 0;
      StagingChunk next;
      while ((next = full.peek()) != null) {
        group.add(next);
        full.remove();
      }
      if (filling != null) {
        group.add(filling);
        filling = null;
      }
    } finally {
      lock.unlock();
    }
    String message = say(cause);
    long now = System.nanoTime();
    while (!group.isEmpty()) {
      StagingChunk chunk = group.get(0);
      if (chunk.endSequence <= log.end().sequence()) {
        acknowledge(chunk, now); // made durable by the roll-over within the group
      } else {
        refuse(chunk, message);
      }
      answered(group);
    }
    int tries = 0;
    while (!restarted()) {
      tries++;
      if (!pause()) {
        return;
      }
    }
    LOG.info("{}: writing again after {} failed tries", log.options().directory(), tries);
  }

  /** Returns what senders are told. */
  private String say(Throwable cause) {
    String message = "the disk failed: " + cause;
    LOG.error(
        "{}: {}; the segment is closed, senders are told to wait",
        log.options().directory(),
        message,
        cause);
    lock.lock();
    try {
      diskFailure = message;
    } finally {
      lock.unlock();
    }
    return message;
  }

  private void refuse(StagingChunk chunk, String message) {
    for (int i = 0; i < chunk.records; i++) {
      StagingChunk.Waiter waiter = chunk.waiters[i];
      metrics.refused(waiter.receiver, signal, "disk", waiter.items);
      waiter.completeExceptionally(
          new IntakeException.Overloaded("disk", message, 2 * diskRetryMillis));
    }
  }

  private boolean restarted() {
    try {
      log.restart();
    } catch (Throwable e) { // also memory that ran out: without this thread nobody is answered
      LOG.debug("still failing", e);
      return false;
    }
    lock.lock();
    try {
      diskFailure = null;
      nextSequence = log.end().sequence();
      nextItems = log.end().items();
    } finally {
      lock.unlock();
    }
    return true;
  }

  private boolean pause() {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(diskRetryMillis);
      while (!closed && left > 0) {
        left = work.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the log's writer", e);
    } finally {
      lock.unlock();
    }
  }

  @Nullable String diskFailure() {
    lock.lock();
    try {
      return diskFailure;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more, and waits until everything taken was answered. */
  void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean done = false;
    while (!done) {
      try {
        writer.join();
        done = true;
      } catch (InterruptedException e) {
        Thread.interrupted(); // a stopping collector must still answer what it took
      }
    }
  }
}
