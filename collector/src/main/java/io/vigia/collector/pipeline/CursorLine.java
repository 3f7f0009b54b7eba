package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;

/**
 * Where one destination stands in one log.
 *
 * @param active whether it is being delivered to now; one that is not holds back nothing
 * @param paused whether it will be delivered to again as soon as its files can be opened
 * @param position everything before this record is done
 * @param oldest the first record that is still there: as far as it can go back
 * @param end where the next record will be
 * @param pending items still to be delivered
 * @param pendingBytes bytes in the log still to be read
 * @param pendingSinceUnixNanos when the oldest of them was received, or 0
 */
public record CursorLine(
    String destination,
    Signal signal,
    boolean active,
    boolean paused,
    long position,
    long oldest,
    long end,
    long pending,
    long pendingBytes,
    long pendingSinceUnixNanos) {
  CursorLine asPaused() {
    return new CursorLine(
        destination,
        signal,
        /* active= */ false,
        /* paused= */ true,
        position,
        oldest,
        end,
        pending,
        pendingBytes,
        pendingSinceUnixNanos);
  }
}
