package io.vigia.agent.boot;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One question to a receiver on a thread of its own: several take no longer than the slowest. */
final class Probe {

  private final FutureTask<Reachability.Result> task;
  private final long untilNanos;

  private Probe(FutureTask<Reachability.Result> task, long untilNanos) {
    this.task = task;
    this.untilNanos = untilNanos;
  }

  /** Begins to ask, and returns at once. */
  static Probe start(Callable<Reachability.Result> question) {
    FutureTask<Reachability.Result> task = new FutureTask<>(question);
    Daemon.start("vigia-probe", task);
    return new Probe(
        task, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Reachability.TIMEOUT_MILLIS));
  }

  /** Blocks for at most {@value Reachability#TIMEOUT_MILLIS} ms after the start. */
  Reachability.Result result() {
    try {
      return task.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Reachability.noAnswer();
    } catch (ExecutionException e) {
      return new Reachability.Result(false, "cannot be tested: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reachability.noAnswer();
    }
  }
}
