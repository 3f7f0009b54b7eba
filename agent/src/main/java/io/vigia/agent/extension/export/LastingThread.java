package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.internal.DaemonThreadFactory;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads on which libraries wait for something to send, as long as the process lives. A batch
 * processor of the SDK's ends its own for good when it is interrupted or has no memory, and what
 * comes then is lost; Fluency's, once interrupted, does nothing else than notice that, as fast as
 * it can.
 */
public final class LastingThread {

  private static final int PAUSE_MILLIS = 200;

  /** In place of {@link DaemonThreadFactory#newThread} (the build has the SDK call this). */
  public static Thread of(DaemonThreadFactory factory, Runnable work) {
    return of(factory.newThread(work).getName(), work);
  }

  static Thread of(String name, Runnable work) {
    return Daemon.of(name, () -> runAgainWhenItFails(work));
  }

  /** In place of Fluency's for what it flushes (the build has it call this). */
  public static ExecutorService executor() {
    return Executors.newSingleThreadExecutor(work -> Daemon.of("vigia-forward", work));
  }

  private static void runAgainWhenItFails(Runnable work) {
    boolean isDone = false;
    while (!isDone) {
      try {
        work.run();
        isDone = true;
      } catch (Throwable e) { // memory that ran out: later there may be some
        Console.harmless(e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private LastingThread() {}
}
