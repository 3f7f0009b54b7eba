package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shuts a batch processor of the SDK down with all that it was given. Who asks one for a flush gets
 * the flush that is under way, if there is one, which began with counting what it takes; and its
 * shutdown ends when that has. What came meanwhile would be lost, at the exit the last that an
 * application does ({@link LastHook} flushes when it begins). So a flush that is under way is
 * waited for, and another one begun. Thread-safe.
 */
final class LastFlush {

  /** Longer than {@link ExitBudget} lets what is under way be. */
  private static final long MAX_MILLIS = 2 * ExitBudget.MILLIS;

  private final Supplier<CompletableResultCode> flush;
  private final Supplier<CompletableResultCode> shutdown;
  private volatile @Nullable CompletableResultCode latest;

  /**
   * @param flush the processor's
   * @param shutdown the processor's
   */
  LastFlush(Supplier<CompletableResultCode> flush, Supplier<CompletableResultCode> shutdown) {
    this.flush = flush;
    this.shutdown = shutdown;
  }

  CompletableResultCode flush() {
    CompletableResultCode begun = flush.get();
    latest = begun;
    return begun;
  }

  /** Returns at once. */
  CompletableResultCode shutdown() {
    CompletableResultCode begun = latest;
    if (begun == null) {
      return shutdown.get();
    }
    CompletableResultCode result = new CompletableResultCode();
    try {
      Daemon.start("vigia-last-flush", () -> shutdownAfter(begun, result));
    } catch (Throwable e) { // there is no thread to be had
      Console.harmless(e);
      return shutdown.get();
    }
    return result;
  }

  private void shutdownAfter(CompletableResultCode begun, CompletableResultCode result) {
    begun.join(ExitBudget.bounded(MAX_MILLIS), TimeUnit.MILLISECONDS);
    // the processor forgets a flush a moment after it has ended
    while (begun.isDone() && flush.get() == begun) {
      Thread.yield();
    }
    CompletableResultCode ended = shutdown.get();
    ended.whenComplete(
        () -> {
          if (ended.isSuccess()) {
            result.succeed();
          } else {
            result.fail();
          }
        });
  }
}
