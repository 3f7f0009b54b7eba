package io.vigia.tests.bench;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** Drives one connection for a while, with a number of requests in flight at most. */
final class PacedSender {
  /** Told of every request that is over. Called by the connection's threads. */
  @FunctionalInterface
  interface Tally {
    /**
     * @param good whether it was acknowledged
     * @param nanos from when it was sent, or should have been
     */
    void over(boolean good, long nanos);
  }

  private final LoadClient.Connection connection;
  private final int window;
  private final Tally tally;

  PacedSender(LoadClient.Connection connection, int window, Tally tally) {
    this.connection = connection;
    this.window = window;
    this.tally = tally;
  }

  /**
   * Returns when the time is up and every request was counted.
   *
   * @param beginNanos of {@link System#nanoTime}: from when the requests are due
   * @param endNanos of {@link System#nanoTime}
   * @param intervalNanos between requests, or 0 for as fast as they are acknowledged
   */
  void run(long beginNanos, long endNanos, long intervalNanos)
      throws IOException, InterruptedException {
    Semaphore permits = new Semaphore(window);
    long intended = beginNanos;
    while (System.nanoTime() - endNanos < 0) {
      if (intervalNanos > 0) {
        intended += intervalNanos;
        long wait = intended - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
        }
      }
      permits.acquire();
      // at a rate, from when it should have been sent: waiting for the server counts
      long start = intervalNanos > 0 ? intended : System.nanoTime();
      connection.send(
          good -> {
            // counted before the place is given back: with the last place this method returns
            tally.over(good, System.nanoTime() - start);
            permits.release();
          });
    }
    permits.acquire(window);
  }
}
