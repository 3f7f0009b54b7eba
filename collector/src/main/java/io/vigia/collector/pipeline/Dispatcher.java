package io.vigia.collector.pipeline;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogPosition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
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
 * then one batch goes ahead as a probe, another one each time. A batch of which nothing is taken
 * while others are is taken apart, and what remains of it moves to the retry log. Where one request
 * goes at a time, order is kept: such a batch is taken apart in its order, down to the record that
 * cannot go, at which the destination then stands.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final long NEVER = Long.MAX_VALUE;

  /** A batch that was sent in vain so often, others being taken, may hold what nobody can take. */
  private static final int SUSPICIOUS = 2;

  /** The same when there are no others to be taken. */
  private static final int LONELY = 4;

  private final String name;
  private final DiskLog log;
  private final Cursor cursor;
  private final Exporter exporter;
  private final Exporter.Limits limits;
  private final DestinationOptions options;
  private final LongPredicate tooOld;
  private final CollectorMetrics metrics;
  private final Batcher batcher;
  private final Outcomes outcomes;
  private final RetryLog retryLog;
  private final CrashGuard guard;
  private final Circuit circuit;
  private final Resends resends;
  private final Thread thread;
  private final Runnable advanced = this::advanced;

  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();

  /** Whether the first answer is being judged; still so when memory ran out halfway. */
  private boolean judging;

  private int inFlight;
  private boolean retryBatchInFlight;
  private boolean stopSeen;

  private volatile boolean sleeping;
  private volatile long wakeAtBytes;
  private volatile long wakeAtItems;
  private volatile long wakeAtSequence = NEVER;
  private volatile boolean stopping;
  private volatile long stopNanos;

  /** What an export came to; {@code result} is null when it threw. */
  private record Answer(
      Attempt attempt,
      @Nullable ExportResult result,
      @Nullable Throwable defect,
      long nanos,
      long ticket,
      Outcomes.Progress progress) {}

  Dispatcher(
      String name,
      DiskLog log,
      Cursor cursor,
      Exporter exporter,
      DestinationOptions options,
      AgeClock clock,
      DeadLetters deadLetters,
      RetryLog retryLog,
      CrashGuard guard,
      CollectorMetrics metrics) {
    this.name = name;
    this.log = log;
    this.cursor = cursor;
    this.exporter = exporter;
    this.limits = exporter.limits();
    this.options = options;
    this.tooOld = received -> options.isTooOld(received, clock);
    this.metrics = metrics;
    this.outcomes = new Outcomes(cursor, deadLetters, retryLog);
    this.retryLog = retryLog;
    this.guard = guard;
    this.batcher = new Batcher(log, cursor, limits, tooOld, outcomes, guard);
    this.circuit = new Circuit(name, log.signal().id());
    this.resends =
        new Resends(new Backoff(options.retryInitialMillis(), options.retryMaxMillis()), circuit);
    this.thread = new Thread(this::run, "vigia-" + name + "-" + log.signal().id());
  }

  void start() {
    if (guard.sentBelow() > 0) {
      exporter.possiblyDelivered(log.signal(), guard.sentBelow());
    }
    log.onAdvance(advanced);
    try {
      thread.start();
    } catch (Error e) { // no thread to be had
      log.forgetListener(advanced);
      throw e;
    }
  }

  String name() {
    return name;
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

  DiskLog log() {
    return log;
  }

  RetryLog retryLog() {
    return retryLog;
  }

  /** Drops the oldest pending records beyond the operator's limit in bytes. */
  void dropOverLimit() throws IOException {
    while (isOverLimit() && retryLog.dropOldest("size")) {
      // what was put off is older than what comes next
    }
    LogPosition to = isOverLimit() ? log.nextSegmentAfter(cursor.lowWater()) : null;
    if (to != null) {
      drop(cursor.lowWater(), to, "size");
    }
  }

  private boolean isOverLimit() {
    return options.maxBytes() > 0
        && retryLog.ledgers(cursor, log.end()).pendingBytes() > options.maxBytes();
  }

  /** Gives up what is not done between two places; to be followed by {@link #save}. */
  void drop(LogPosition from, LogPosition to, String reason) {
    retryLog.drop(cursor, from, to, reason);
  }

  private void advanced() {
    if (sleeping && worthWaking()) {
      LockSupport.unpark(thread);
    }
  }

  private boolean worthWaking() {
    LogPosition end = log.end();
    return end.sequence() >= wakeAtSequence
        && (end.bytes() >= wakeAtBytes || end.items() >= wakeAtItems);
  }

  private void run() {
    while (true) {
      try {
        Answer answer;
        while ((answer = answers.peek()) != null) {
          if (judging) {
            sendTheRest(answer.attempt(), answer.progress());
          } else {
            judging = true;
            judge(answer);
          }
          judging = false;
          answers.remove();
          inFlight--;
          guard.leave(answer.ticket());
        }
        guard.expire(System.nanoTime());
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
    log.forgetListener(advanced);
    batcher.close();
  }

  /** Stopping ends when all is delivered, the time is up, or the destination does not answer. */
  private boolean finished() {
    return isOver()
        || inFlight == 0
            && (!circuit.isClosed() || cursor.lowWater().sequence() >= log.end().sequence());
  }

  private boolean isOver() {
    return stopping && stopNanos - System.nanoTime() <= 0;
  }

  private boolean maySend() {
    if (!circuit.isClosed()) {
      return inFlight == 0 && circuit.reopenNanos(System.nanoTime()) <= 0;
    }
    return inFlight < limits.maxInFlight();
  }

  private @Nullable Attempt next() throws IOException {
    Attempt half = resends.pollHalf();
    if (half != null) {
      return half;
    }
    Attempt retry = nextDue();
    if (retry != null) {
      // failed twice: perhaps it is not the backend, then others go through
      List<ExportBatch.Entry> other =
          retry.failures() >= SUSPICIOUS && hasRoom()
              ? batcher.next(/* atOnce= */ true)
              : List.of();
      return other.isEmpty() ? resends.pollWaiting() : Attempt.first(log.signal(), other);
    }
    List<ExportBatch.Entry> putOff = retryBatchInFlight ? List.of() : nextPutOff();
    if (!putOff.isEmpty()) {
      retryBatchInFlight = true;
      return Attempt.first(log.signal(), putOff).fromRetryLog();
    }
    if (!hasRoom()) {
      return null;
    }
    List<ExportBatch.Entry> entries = batcher.next(stopping);
    return entries.isEmpty() ? null : Attempt.first(log.signal(), entries);
  }

  /** The waiting batch that is due, without what was given up while it waited. */
  private @Nullable Attempt nextDue() {
    while (true) {
      Attempt first = inFlight == 0 ? resends.comeForward() : resends.peekWaiting();
      if (first == null || !first.due(System.nanoTime())) {
        return null;
      }
      List<ExportBatch.Entry> wanted = outcomes.stillWanted(first.batch(), tooOld);
      if (wanted.size() == first.batch().entries().size()) {
        return first;
      }
      resends.keepOfFirst(wanted);
    }
  }

  /** What comes in order does not wait for a retry log that cannot be read. */
  private List<ExportBatch.Entry> nextPutOff() {
    try {
      return retryLog.next(limits, outcomes, guard, tooOld);
    } catch (IOException e) {
      circuit.unexpected(e);
      return List.of();
    }
  }

  /** Whether one more batch may be read. */
  private boolean hasRoom() {
    // a waiting batch takes the place of one in flight: bounded memory, and order where it is kept
    boolean room = inFlight + resends.waiting() < limits.maxInFlight();
    // nobody else may be there when the process dies of this one
    return room && !(inFlight > 0 && batcher.suspicious());
  }

  private void send(Attempt attempt) throws IOException {
    long ticket;
    try {
      ticket = guard.enter(attempt.batch(), attempt.retryLog());
    } catch (IOException | RuntimeException | Error e) {
      resends.giveBack(attempt);
      throw e;
    }
    if (isOver()) {
      return; // the disk took so long that a successor may be at work
    }
    circuit.tries();
    inFlight++;
    long startNanos = System.nanoTime();
    CompletableFuture<ExportResult> future;
    try {
      future = exporter.export(attempt.batch());
    } catch (Throwable e) { // also direct memory that runs out, a stack that is too deep
      future = CompletableFuture.failedFuture(e);
    }
    future.whenComplete(
        (result, defect) -> {
          long nanos = System.nanoTime() - startNanos;
          answers.add(new Answer(attempt, result, defect, nanos, ticket, new Outcomes.Progress()));
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
    Outcomes.Verdict verdict = outcomes.settle(attempt.batch(), result, answer.progress());
    metrics.exported(name, signal(), verdict.word(), answer.nanos(), attempt.payloadBytes());
    if (verdict.split() || verdict.sample()) {
      if (verdict.split()) {
        resends.split(attempt);
      } else {
        resends.sample(attempt, inOrder());
      }
      circuit.answered();
      return;
    }
    if (attempt.retryLog()) {
      retryBatchInFlight = false;
      retryLog.answered(attempt.batch().entries(), verdict.again(), outcomes);
      circuit.triedPutOff(verdict.nothingTaken() ? String.valueOf(verdict.reason()) : null);
      return;
    }
    if (verdict.again().isEmpty()) {
      circuit.answered();
      return;
    }
    cursor.countRetry();
    boolean nothingTaken = verdict.nothingTaken() && result.retryAfterMillis() == 0;
    if (nothingTaken && circuit.isClosed() && !inOrder() && resends.isBeside(attempt)) {
      singleOut(attempt, verdict);
    } else if (verdict.nothingTaken() || result.retryAfterMillis() > 0) {
      int tries = circuit.failures() + 1;
      boolean apart = nothingTaken && attempt.failures() + 1 >= LONELY && mayBeTakenApart(attempt);
      long due =
          !apart
              ? resends.add(attempt, verdict.again(), tries, result.retryAfterMillis())
              : inOrder() ? resends.addInOrder(attempt, tries) : resends.addApart(attempt, tries);
      circuit.failed(String.valueOf(verdict.reason()), due);
    } else {
      putOff(attempt, verdict);
      circuit.answered();
    }
  }

  /** The judgement was cut short: of what is not settled nobody would hear any more. */
  private void sendTheRest(Attempt attempt, Outcomes.Progress progress) {
    if (attempt.retryLog()) {
      retryBatchInFlight = false;
      outcomes.forget(attempt.batch()); // the next round reads it again
      return;
    }
    List<ExportBatch.Entry> rest = outcomes.rest(attempt.batch(), progress);
    if (!rest.isEmpty()) {
      resends.add(attempt, rest, attempt.failures() + 1, 0);
    }
  }

  /** Nothing was taken although the backend takes others: something in it may be to blame. */
  private void singleOut(Attempt attempt, Outcomes.Verdict verdict) {
    if (attempt.besides() + 1 >= SUSPICIOUS && mayBeTakenApart(attempt)) {
      resends.addApart(attempt, SUSPICIOUS);
    } else if (attempt.batch().items() == 1) {
      putOff(attempt, verdict);
    } else {
      resends.add(attempt, verdict.again(), attempt.failures() + 1, 0);
    }
  }

  /** One request at a time: nothing may overtake. */
  private boolean inOrder() {
    return limits.maxInFlight() == 1;
  }

  private boolean mayBeTakenApart(Attempt attempt) {
    return inOrder() ? attempt.batch().entries().size() > 1 : resends.mayBeApart(attempt);
  }

  /** Some were taken, some not for now: those wait, or make room for others in the retry log. */
  private void putOff(Attempt attempt, Outcomes.Verdict verdict) {
    List<ExportBatch.Entry> again = verdict.again();
    if (attempt.failures() + 1 >= options.retryLogAfterTries()) {
      again = outcomes.move(again, String.valueOf(verdict.reason()));
    }
    if (!again.isEmpty()) {
      resends.add(attempt, again, attempt.failures() + 1, 0);
    }
  }

  /** The disk, not the destination: wait a little and look again. */
  private void unexpected(Throwable e) {
    try {
      circuit.unexpected(e);
    } catch (Throwable again) {
      // no memory even to say so: without this thread nothing would be delivered any more
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
  }

  private void sleep() {
    long now = System.nanoTime();
    long until = NEVER;
    boolean room = hasRoom();
    if (!circuit.isClosed()) {
      until = inFlight == 0 ? circuit.reopenNanos(now) : NEVER;
      wakeAtSequence = NEVER;
    } else {
      Attempt retry = resends.peekWaiting();
      if (retry != null && inFlight < limits.maxInFlight()) {
        until = retry.dueNanos() - now;
      }
      if (room) {
        until = Math.min(until, batcher.lingerNanos(now));
      }
      if (!retryBatchInFlight && inFlight < limits.maxInFlight()) {
        until = Math.min(until, retryLog.waitNanos(now));
      }
      wakeAtBytes = batcher.wakeAtBytes();
      wakeAtItems = batcher.wakeAtItems();
      wakeAtSequence = room ? batcher.wakeAtSequence() : NEVER;
    }
    until = Math.min(until, guard.expiryNanos(now));
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

  /** Saves both cursors; on the maintenance thread. */
  void save() throws IOException {
    retryLog.save(); // first: what is moved must be there before the main cursor has passed it
    cursor.save();
  }

  boolean isOf(String destination, Signal signal) {
    return name.equals(destination) && signal() == signal;
  }

  /** After its end: its successor cannot begin. */
  void cannotGoOn(Throwable why) {
    circuit.stuck(why);
  }

  DestinationStatus status() {
    return retryLog
        .ledgers(cursor, log.end())
        .status(name, options.required(), log, cursor, retryLog, circuit);
  }
}
