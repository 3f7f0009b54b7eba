package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Batches that were sent in vain and are to be sent again: halves of refused ones at once, others
 * after their back-off. Used by the dispatcher's thread only.
 */
final class Resends {
  /** So many parts may wait: a backend that is down for days must not make crumbs of a batch. */
  private static final int MAX_PIECES = 16;

  private final Backoff backoff;
  private final Circuit circuit;
  private final ArrayDeque<Attempt> halves = new ArrayDeque<>();
  private final PriorityQueue<Attempt> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Attempt::dueNanos));

  Resends(Backoff backoff, Circuit circuit) {
    this.backoff = backoff;
    this.circuit = circuit;
  }

  /** The receiver refused it as a whole: its halves go at once, before all others. */
  void split(Attempt attempt) {
    List<Attempt> two = attempt.halves();
    halves.push(two.get(1));
    halves.push(two.get(0));
  }

  /** It could not be sent for now, through no fault of its own: before all others, as it is. */
  void giveBack(Attempt attempt) {
    halves.push(attempt);
  }

  /** Takes the next half. */
  @Nullable Attempt pollHalf() {
    return halves.poll();
  }

  /** The one whose back-off is over first. */
  @Nullable Attempt peekWaiting() {
    return waiting.peek();
  }

  @Nullable Attempt pollWaiting() {
    return waiting.poll();
  }

  /** How many wait for their back-off. */
  int waiting() {
    return waiting.size();
  }

  /**
   * Lets what is left of a batch wait.
   *
   * @param tries by which the back-off is reckoned
   * @param retryAfterMillis what the receiver asked for, or 0
   * @return when it is due
   */
  long add(Attempt attempt, List<ExportBatch.Entry> again, int tries, long retryAfterMillis) {
    long due =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(backoff.waitMillis(tries, retryAfterMillis));
    waiting.add(attempt.failed(again, isBeside(attempt), due));
    return due;
  }

  /**
   * Lets the halves of a batch wait, each by itself.
   *
   * @return when the first of them is due
   */
  long addApart(Attempt attempt, int tries) {
    long first = Long.MAX_VALUE;
    for (Attempt half : attempt.halves()) {
      long due = add(half, half.batch().entries(), tries, 0);
      first = first == Long.MAX_VALUE || due - first < 0 ? due : first;
    }
    return first;
  }

  /** Whether there is anything to be taken apart, and room for the parts. */
  boolean mayBeApart(Attempt attempt) {
    return attempt.batch().items() > 1 && waiting.size() < MAX_PIECES;
  }

  /** Whether others were taken since it was sent in vain before. */
  boolean isBeside(Attempt attempt) {
    return attempt.failures() > 0 && circuit.tookSince(attempt.failedNanos());
  }
}
