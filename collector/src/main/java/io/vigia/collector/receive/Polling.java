package io.vigia.collector.receive;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The thread of a receiver that looks for something again and again until it is stopped, and what
 * it says when that fails. Thread-safe.
 */
public final class Polling implements AutoCloseable {
  private static final long CLOSE_MILLIS = 5_000;

  private final String threadName;
  private final Logger log;
  private final Object signal = new Object();
  private boolean stopping;
  private @Nullable Thread thread;
  private @Nullable String said;

  /**
   * @param log of the receiver
   */
  public Polling(String threadName, Logger log) {
    this.threadName = threadName;
    this.log = log;
  }

  /** Runs the body, once, on a thread of its own. It should end soon after {@link #stop}. */
  public void start(Runnable body) {
    Thread started = new Thread(body, threadName);
    started.setDaemon(true);
    synchronized (signal) {
      thread = started;
    }
    started.start();
  }

  public boolean isStarted() {
    synchronized (signal) {
      return thread != null;
    }
  }

  public boolean isStopping() {
    synchronized (signal) {
      return stopping;
    }
  }

  /**
   * Waits that long, or until it is to stop.
   *
   * @return false when it is to stop
   */
  public boolean pause(long millis) {
    synchronized (signal) {
      long until = System.nanoTime() + millis * 1_000_000L;
      for (long left = millis; left > 0 && !stopping; ) {
        try {
          signal.wait(left);
        } catch (InterruptedException e) {
          stopping = true;
        }
        left = (until - System.nanoTime()) / 1_000_000L;
      }
      return !stopping;
    }
  }

  /** Logs what is wrong, once until it is something else or {@link #works}. */
  public void fails(String what) {
    synchronized (signal) {
      if (what.equals(said)) {
        return;
      }
      said = what;
    }
    log.warn(what);
  }

  /** The same of what was thrown; without memory even to say so, its thread lives on. */
  public void fails(String what, Throwable problem) {
    try {
      fails(what + ": " + problem);
    } catch (Throwable again) {
      // it would have been the last thing that the thread does
    }
  }

  /** Logs that it is over when something was wrong. */
  public void works(String what) {
    synchronized (signal) {
      if (said == null) {
        return;
      }
      said = null;
    }
    log.info(what);
  }

  /** Ends pauses at once; does not wait. Idempotent. */
  public void stop() {
    synchronized (signal) {
      stopping = true;
      signal.notifyAll();
    }
  }

  /** Stops, and waits for the end of the body, but not for ever. Idempotent. */
  @Override
  public void close() {
    stop();
    Thread running;
    synchronized (signal) {
      running = thread;
    }
    if (running == null) {
      return;
    }
    try {
      running.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
