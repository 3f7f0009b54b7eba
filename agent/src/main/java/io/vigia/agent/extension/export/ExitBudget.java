package io.vigia.agent.extension.export;

import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * From the moment that only the agent keeps the JVM from its end, the network has a fixed time in
 * all; what is not delivered by then goes to disk. Thread-safe.
 */
public final class ExitBudget {

  /** With the writing to disk and the end of Fluency this keeps the whole exit below 2 s. */
  static final long MILLIS = 700;

  /** All that the agent may add to the exit. */
  private static final long TOTAL_MILLIS = 1_700;

  private static final List<Runnable> ABORTS = new CopyOnWriteArrayList<>();
  private static volatile long deadlineNanos;
  private static volatile boolean exiting;

  /** Registers what ends a blocking call that has no deadline of its own. */
  public static void onSpent(Runnable abort) {
    ABORTS.add(abort);
  }

  /** Nothing of the application's is left to be waited for ({@link LastHook}). */
  static void begin() {
    deadlineNanos = System.nanoTime() + MILLIS * 1_000_000L;
    exiting = true;
    try {
      // a daemon, because the exit must not wait for it when everything was delivered at once
      Daemon.start("vigia-exit-deadline", ExitBudget::abortWhenSpent);
    } catch (Throwable e) { // there is no thread to be had: what blocks ends by its own limits
      Console.harmless(e);
    }
  }

  private static void abortWhenSpent() {
    try {
      Thread.sleep(MILLIS);
      ABORTS.forEach(Runnable::run);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What a step that needs no network may take: so many milliseconds, but while the JVM exits no
   * more than are left in all.
   */
  public static long bounded(long millis) {
    if (!exiting) {
      return millis;
    }
    long left = (deadlineNanos - System.nanoTime()) / 1_000_000L + TOTAL_MILLIS - MILLIS;
    return Math.max(0, Math.min(millis, left));
  }

  public static boolean isExiting() {
    return exiting;
  }

  public static boolean isSpent() {
    return exiting && System.nanoTime() - deadlineNanos >= 0;
  }

  private ExitBudget() {}
}
