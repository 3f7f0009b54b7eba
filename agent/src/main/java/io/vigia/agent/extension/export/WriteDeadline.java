package io.vigia.agent.extension.export;

import io.vigia.agent.boot.Daemon;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a write that the other side does not take. A socket's own time-out is for reading only, and
 * what is longer than the buffers of both sides would wait for as long as the peer hangs. A thread
 * for each write that is long enough for it. Closing ends the watch. Thread-safe.
 */
public final class WriteDeadline implements AutoCloseable {

  /** A socket's buffer takes so much at once (tcp(7), {@code tcp_wmem}). */
  static final int SHORT_BYTES = 8 << 10;

  private final CountDownLatch written = new CountDownLatch(1);
  private final long millis;
  private volatile boolean passed;

  private WriteDeadline(long millis) {
    this.millis = millis;
  }

  /**
   * @param abort ends the write
   */
  public static WriteDeadline start(Runnable abort, int bytes, long millis) {
    WriteDeadline deadline = new WriteDeadline(millis);
    if (bytes > SHORT_BYTES) {
      Daemon.start("vigia-write-deadline", () -> deadline.watch(abort));
    }
    return deadline;
  }

  private void watch(Runnable abort) {
    try {
      if (!written.await(millis, TimeUnit.MILLISECONDS)) {
        passed = true;
        abort.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Why the write failed: that it was ended here, or what is given. */
  public IOException cause(IOException failure) {
    return passed ? new SocketTimeoutException("not taken within " + millis + " ms") : failure;
  }

  @Override
  public void close() {
    written.countDown();
  }
}
