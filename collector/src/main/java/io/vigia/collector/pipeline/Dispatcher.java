package io.vigia.collector.pipeline;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.LogReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one signal's log to one destination, at the destination's own speed.
 *
 * <pre>
 * reader ─► batch ─► exporter ─► outcome ─► cursor
 *             ▲                     │
 *             └── again: split, or after a back-off
 * </pre>
 *
 * <p>One thread reads, batches and judges; the exporter's own threads only hand in results. When
 * nothing of a batch was taken the backend is held to be down: everything waits for the back-off,
 * then one batch goes ahead as a probe.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final String name;
  private final DiskLog log;
  private final Cursor cursor;
  private final Exporter exporter;
  private final Exporter.Limits limits;
  private final DestinationOptions options;
  private final CollectorMetrics metrics;
  private final Batcher batcher;
  private final Outcomes outcomes;
  private final Backoff backoff;
  private final Thread thread;

  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Attempt> ready = new ArrayDeque<>();
  private final PriorityQueue<Attempt> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Attempt::dueNanos));
  private int inFlight;
  private int failures;
  private boolean stopSeen;
  private long reopenNanos;

  private volatile boolean sleeping;
  private volatile long wakeAtBytes;
  private volatile long wakeAtSequence = NEVER;
  private volatile boolean stopping;
  private volatile long stopNanos;
  private volatile DestinationStatus.Circuit circuit = DestinationStatus.Circuit.CLOSED;
  private volatile @Nullable String lastError;

  /** What an export came to; {@code result} is null when it threw. */
  private record Answer(
      Attempt attempt, @Nullable ExportResult result, @Nullable Throwable defect, long nanos) {}

  Dispatcher(
      String name,
      DiskLog log,
      Cursor cursor,
      Exporter exporter,
      DestinationOptions options,
      DeadLetters deadLetters,
      CollectorMetrics metrics) {
    this.name = name;
    this.log = log;
    this.cursor = cursor;
    this.exporter = exporter;
    this.limits = exporter.limits();
    this.options = options;
    this.metrics = metrics;
    this.outcomes = new Outcomes(cursor, deadLetters);
    this.batcher = new Batcher(log, cursor, limits, options, outcomes);
    this.backoff = new Backoff(options.retryInitialMillis(), options.retryMaxMillis());
    this.thread = new Thread(this::run, "vigia-" + name + "-" + log.signal().id());
  }

  void start() {
    log.onAdvance(this::advanced);
    thread.start();
  }

  Signal signal() {
    return log.signal();
  }

  boolean required() {
    return options.required();
  }

  Cursor cursor() {
    return cursor;
  }

  /** Drops the oldest pending records beyond the operator's limit in bytes. */
  void dropOverLimit() {
    LogPosition end = log.end();
    if (options.maxBytes() > 0 && cursor.ledger(end).pendingBytes() > options.maxBytes()) {
      LogPosition to = log.nextSegmentAfter(cursor.lowWater());
      if (to != null) {
        cursor.drop(cursor.lowWater(), to, "size");
      }
    }
  }

  private void advanced() {
    if (sleeping && worthWaking()) {
      LockSupport.unpark(thread);
    }
  }

  private boolean worthWaking() {
    LogPosition end = log.end();
    return end.sequence() >= wakeAtSequence && end.bytes() >= wakeAtBytes;
  }

  private void run() {
    while (true) {
      try {
        Answer answer;
        while ((answer = answers.poll()) != null) {
          inFlight--;
          judge(answer);
        }
        if (stopping && finished()) {
          break;
        }
        Attempt next = maySend() ? next() : null;
        if (next != null) {
          send(next);
        } else {
          sleep();
        }
      } catch (Throwable e) {
        unexpected(e);
      }
    }
    batcher.close();
  }

  /** Stopping ends when all is delivered, the time is up, or the destination does not answer. */
  private boolean finished() {
    if (stopNanos - System.nanoTime() <= 0) {
      return true;
    }
    return inFlight == 0
        && (circuit != DestinationStatus.Circuit.CLOSED
            || cursor.lowWater().sequence() >= log.end().sequence());
  }

  private boolean maySend() {
    if (circuit != DestinationStatus.Circuit.CLOSED) {
      return inFlight == 0 && reopenNanos - System.nanoTime() <= 0;
    }
    return inFlight < limits.maxInFlight();
  }

  private @Nullable Attempt next() throws IOException {
    Attempt split = ready.poll();
    if (split != null) {
      return split;
    }
    Attempt retry = waiting.peek();
    if (retry != null && retry.due(System.nanoTime())) {
      return waiting.poll();
    }
    // a waiting batch takes the place of one in flight: bounded memory, and order where it is kept
    if (inFlight + waiting.size() >= limits.maxInFlight()) {
      return null;
    }
    List<ExportBatch.Entry> entries = batcher.next(stopping);
    return entries.isEmpty() ? null : Attempt.first(log.signal(), entries);
  }

  private void send(Attempt attempt) {
    if (circuit == DestinationStatus.Circuit.OPEN) {
      circuit = DestinationStatus.Circuit.HALF_OPEN;
    }
    inFlight++;
    long startNanos = System.nanoTime();
    CompletableFuture<ExportResult> future;
    try {
      future = exporter.export(attempt.batch());
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    future.whenComplete(
        (result, defect) -> {
          answers.add(new Answer(attempt, result, defect, System.nanoTime() - startNanos));
          if (sleeping) {
            LockSupport.unpark(thread);
          }
        });
  }

  private void judge(Answer answer) {
    Attempt attempt = answer.attempt();
    ExportResult result = answer.result();
    if (result == null) {
      LOG.error("{}: defect in the exporter of {}", name, signal().id(), answer.defect());
      result = ExportResult.retryAll(attempt.batch(), "defect: " + answer.defect(), 0);
    }
    Outcomes.Verdict verdict = outcomes.settle(attempt.batch(), result);
    metrics.exported(name, signal(), verdict.word(), answer.nanos(), attempt.payloadBytes());
    if (verdict.split()) {
      List<Attempt> halves = attempt.halves();
      ready.push(halves.get(1));
      ready.push(halves.get(0));
      answered();
      return;
    }
    if (verdict.again().isEmpty()) {
      answered();
      return;
    }
    cursor.countRetry();
    boolean nothingTaken = verdict.nothingTaken();
    int tries = nothingTaken ? failures + 1 : attempt.failures() + 1;
    long waitMillis = backoff.waitMillis(tries, result.retryAfterMillis());
    long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
    waiting.add(
        new Attempt(new ExportBatch(signal(), verdict.again()), attempt.failures() + 1, due));
    if (nothingTaken || result.retryAfterMillis() > 0) {
      failed(String.valueOf(verdict.reason()), due, waitMillis);
    } else {
      answered();
    }
  }

  private void answered() {
    if (circuit != DestinationStatus.Circuit.CLOSED) {
      LOG.info("{}: takes {} again after {} failed tries", name, signal().id(), failures);
    }
    failures = 0;
    circuit = DestinationStatus.Circuit.CLOSED;
    lastError = null;
  }

  private void failed(String reason, long dueNanos, long waitMillis) {
    if (failures == 0) {
      LOG.warn(
          "{}: {} not taken ({}); kept on disk, trying again in {} ms",
          name,
          signal().id(),
          reason,
          waitMillis);
    }
    failures++;
    lastError = reason;
    reopenNanos = dueNanos;
    circuit = DestinationStatus.Circuit.OPEN;
  }

  /** The disk, not the destination: wait a little and look again. */
  private void unexpected(Throwable e) {
    if (!String.valueOf(e).equals(lastError)) {
      LOG.error("{}: {} cannot go on for now", name, signal().id(), e);
    }
    lastError = String.valueOf(e);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
  }

  private void sleep() {
    long now = System.nanoTime();
    long until = NEVER;
    boolean room = inFlight + waiting.size() < limits.maxInFlight();
    if (circuit != DestinationStatus.Circuit.CLOSED) {
      until = inFlight == 0 ? reopenNanos - now : NEVER;
      wakeAtSequence = NEVER;
    } else {
      Attempt retry = waiting.peek();
      if (retry != null && inFlight < limits.maxInFlight()) {
        until = retry.dueNanos() - now;
      }
      if (room) {
        until = Math.min(until, batcher.lingerNanos(now));
      }
      wakeAtBytes = batcher.wakeAtBytes();
      wakeAtSequence = room ? batcher.wakeAtSequence() : NEVER;
    }
    if (stopping) {
      until = Math.min(until, stopNanos - now);
    }
    sleeping = true;
    boolean nothingNew = answers.isEmpty() && !worthWaking() && !stopRequestedMeanwhile();
    if (nothingNew && until > 0) {
      if (until == NEVER) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, until);
      }
    }
    sleeping = false;
  }

  private boolean stopRequestedMeanwhile() {
    if (stopping && !stopSeen) {
      stopSeen = true;
      return true;
    }
    return false;
  }

  /** Delivers what it can until {@code deadlineNanos}, then ends. Returns at once. */
  void stop(long deadlineNanos) {
    stopNanos = deadlineNanos;
    stopping = true;
    LockSupport.unpark(thread);
  }

  /** Waits for the end after {@link #stop}; a little longer than the deadline at most. */
  void join() throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.toMillis(stopNanos - System.nanoTime());
    thread.join(Math.max(0, left) + 1_000);
  }

  DestinationStatus status() {
    Cursor.Ledger ledger = cursor.ledger(log.end());
    return new DestinationStatus(
        name,
        signal(),
        options.required(),
        ledger.accepted(),
        ledger.delivered(),
        ledger.dropped(),
        ledger.pending(),
        ledger.pendingBytes(),
        ledger.duplicates(),
        ledger.retries(),
        ledger.pending() == 0 ? 0 : oldestPending(),
        circuit,
        lastError);
  }

  private long oldestPending() {
    LogPosition from = cursor.lowWater();
    try (LogReader reader = log.peekingReader(from)) {
      return reader.peekReceiveTimeUnixNanos();
    } catch (IOException e) {
      return 0;
    }
  }
}
