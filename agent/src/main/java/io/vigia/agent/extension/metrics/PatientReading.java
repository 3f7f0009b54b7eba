package io.vigia.agent.extension.metrics;

import io.vigia.agent.boot.Console;
import io.vigia.agent.extension.export.ExitBudget;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Has the application's code read on a thread that may hang: a collector that asks a database would
 * otherwise hold up every other metric, and the exit. While one reading hangs there is no second
 * one. Thread-safe.
 */
final class PatientReading<T> {

  /** As long as Prometheus waits for a scrape by default. */
  static final int MILLIS = 10_000;

  private static final int AT_EXIT_MILLIS = 500;
  private static final int STEP_MILLIS = 50;

  private final Callable<T> question;
  private final int millis;
  private @Nullable FutureTask<T> underWay;
  private boolean late;

  PatientReading(Callable<T> question, int millis) {
    this.question = question;
    this.millis = millis;
  }

  /** What was read, or {@code null} when it takes too long. */
  @Nullable T get() {
    FutureTask<T> task = begin();
    if (task == null) {
      return null;
    }
    long begin = System.nanoTime();
    try {
      while (true) {
        try {
          T read = task.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
          end(task);
          return read;
        } catch (TimeoutException e) {
          int limit = ExitBudget.isExiting() ? Math.min(AT_EXIT_MILLIS, millis) : millis;
          if (System.nanoTime() - begin >= limit * 1_000_000L) {
            giveUp();
            return null;
          }
        }
      }
    } catch (ExecutionException e) {
      Console.harmless(e);
      end(task);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  /** Several readers that ask at once are given the same; {@code null} while one hangs. */
  private synchronized @Nullable FutureTask<T> begin() {
    FutureTask<T> task = underWay;
    if (task != null && !task.isDone()) {
      return late ? null : task;
    }
    late = false;
    task = new FutureTask<>(question);
    Thread thread = new Thread(task, "vigia-registries");
    thread.setDaemon(true);
    thread.start();
    underWay = task;
    return task;
  }

  private synchronized void end(FutureTask<T> task) {
    if (underWay == task) {
      underWay = null; // what was read may be large
    }
  }

  private synchronized void giveUp() {
    if (!late && !ExitBudget.isExiting()) {
      Console.say(
          "reading the application's Prometheus registries takes longer than "
              + millis
              + " ms: their metrics are left out until it ends");
    }
    late = true;
  }
}
