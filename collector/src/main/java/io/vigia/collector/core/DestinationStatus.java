package io.vigia.collector.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one destination and signal, read at one moment. All counts are items since the
 * destination's cursor was created, and survive restarts.
 *
 * <p>Always: {@code accepted = delivered + sum(dropped) + pending}. {@code pending} is counted from
 * the log's own positions, not derived from the other three, so that the equation is a check.
 *
 * @param dropped by reason
 * @param pendingBytes bytes in the log still to be read for this destination
 * @param duplicates of the delivered, how many the backend had already
 * @param retries failed tries so far (requests, not items)
 * @param oldestPendingUnixNanos receive time of the oldest record not yet done, or 0
 * @param lastError the last failure in one line, or null when the last try succeeded
 */
public record DestinationStatus(
    String destination,
    Signal signal,
    boolean required,
    long accepted,
    long delivered,
    Map<String, Long> dropped,
    long pending,
    long pendingBytes,
    long duplicates,
    long retries,
    long oldestPendingUnixNanos,
    Circuit circuit,
    @Nullable String lastError) {

  /** Whether the destination answers. */
  public enum Circuit {
    /** The last try succeeded, or nothing was tried yet. */
    CLOSED,
    /** Waiting before the next try. */
    OPEN,
    /** Trying again after a failure. */
    HALF_OPEN
  }

  /** The same under another name. */
  public DestinationStatus withDestination(String name) {
    return new DestinationStatus(
        name,
        signal,
        required,
        accepted,
        delivered,
        dropped,
        pending,
        pendingBytes,
        duplicates,
        retries,
        oldestPendingUnixNanos,
        circuit,
        lastError);
  }

  /** Whether the equation holds. */
  public boolean balanced() {
    long droppedSum = dropped.values().stream().mapToLong(Long::longValue).sum();
    return accepted == delivered + droppedSum + pending;
  }
}
