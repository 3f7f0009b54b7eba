package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadLocalRandom;
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

  /** What goes only after the one that waits, the next one first. */
  private final ArrayDeque<Attempt> behind = new ArrayDeque<>();

  Resends(Backoff backoff, Circuit circuit) {
    this.backoff = backoff;
    this.circuit = circuit;
  }

  /** The receiver refused it as a whole: its halves go at once, before all others. */
  void split(Attempt attempt) {
    push(attempt.halves());
  }

  /**
   * The receiver refused it as a whole, as others before it: one item goes by itself, the others
   * behind it.
   */
  void sample(Attempt attempt, boolean inOrder) {
    int items = attempt.batch().items();
    push(attempt.sample(inOrder ? 0 : ThreadLocalRandom.current().nextInt(items)));
  }

  private void push(List<Attempt> two) {
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

  /** Of the one whose back-off is over first no more than this is to be sent, if any. */
  void keepOfFirst(List<ExportBatch.Entry> wanted) {
    Attempt first = waiting.poll();
    if (first != null && !wanted.isEmpty()) {
      waiting.add(first.with(wanted));
    }
  }

  /** How many wait for their back-off, or behind one that does. */
  int waiting() {
    return waiting.size() + behind.size();
  }

  /** As {@link #peekWaiting}, when nothing is on its way: what was behind may be the first now. */
  @Nullable Attempt comeForward() {
    if (waiting.isEmpty() && !behind.isEmpty()) {
      waiting.add(behind.pop());
    }
    return waiting.peek();
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

  /**
   * Lets the halves of a batch wait, the second one behind the first: where nothing may overtake,
   * what is before the offender still goes.
   *
   * @return when the first of them is due
   */
  long addInOrder(Attempt attempt, int tries) {
    List<Attempt> two = attempt.halves();
    behind.push(two.get(1));
    return add(two.get(0), two.get(0).batch().entries(), tries, 0);
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
