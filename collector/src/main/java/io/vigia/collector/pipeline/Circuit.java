package io.vigia.collector.pipeline;

import io.vigia.collector.core.DestinationStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a destination answers, and when to try again. Changed by the dispatcher's thread; read by
 * any.
 */
final class Circuit {
  private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

  private final String destination;
  private final String signal;
  private int failures;
  private long reopenNanos;
  private long takenNanos = System.nanoTime();
  private volatile DestinationStatus.Circuit state = DestinationStatus.Circuit.CLOSED;
  private volatile @Nullable String lastError;
  private boolean putOffRefused;

  Circuit(String destination, String signal) {
    this.destination = destination;
    this.signal = signal;
  }

  DestinationStatus.Circuit state() {
    return state;
  }

  /** In one line, or null when the last try succeeded. */
  @Nullable String lastError() {
    return lastError;
  }

  /** Whether it answered the last time. */
  boolean isClosed() {
    return state == DestinationStatus.Circuit.CLOSED;
  }

  /** Failed tries in a row. */
  int failures() {
    return failures;
  }

  /** How long to wait before the next try. */
  long reopenNanos(long nowNanos) {
    return reopenNanos - nowNanos;
  }

  /** A request goes out. */
  void tries() {
    if (state == DestinationStatus.Circuit.OPEN) {
      state = DestinationStatus.Circuit.HALF_OPEN;
    }
  }

  /** Whether it took something since then, a {@link System#nanoTime}. */
  boolean tookSince(long nanos) {
    return takenNanos - nanos > 0;
  }

  void answered() {
    takenNanos = System.nanoTime();
    if (!isClosed()) {
      LOG.info("{}: takes {} again after {} failed tries", destination, signal, failures);
    }
    failures = 0;
    state = DestinationStatus.Circuit.CLOSED;
    lastError = null;
  }

  /**
   * @param dueNanos not before this {@link System#nanoTime} is it tried again
   */
  void failed(String reason, long dueNanos) {
    if (failures == 0) {
      LOG.warn("{}: {} not taken ({}); kept on disk and tried again", destination, signal, reason);
    }
    failures++;
    lastError = reason;
    reopenNanos = dueNanos;
    state = DestinationStatus.Circuit.OPEN;
  }

  /**
   * Items that were put off before were tried again, beside the others.
   *
   * @param reason why nothing of it was taken; null when something was
   */
  void triedPutOff(@Nullable String reason) {
    if (reason != null && !putOffRefused) {
      LOG.warn(
          "{}: {} that were put off before are not taken either ({}); tried again now and then",
          destination,
          signal,
          reason);
    } else if (reason == null && putOffRefused) {
      LOG.info("{}: takes {} that were put off before again", destination, signal);
    }
    putOffRefused = reason != null;
  }

  /** Nothing is delivered until it begins anew, which is not possible now. */
  void stuck(Throwable why) {
    lastError = "paused: " + why.getMessage();
    state = DestinationStatus.Circuit.OPEN;
  }

  /** The disk, not the destination; said once. */
  void unexpected(Throwable e) {
    if (!String.valueOf(e).equals(lastError)) {
      LOG.error("{}: {} cannot go on for now", destination, signal, e);
    }
    lastError = String.valueOf(e);
  }
}
