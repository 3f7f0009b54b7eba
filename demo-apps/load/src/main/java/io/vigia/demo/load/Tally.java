package io.vigia.demo.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What was sent and what came back, by kind. Safe for use by several threads. */
final class Tally {
  private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(10);

  private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);

  /**
   * One kind's counts.
   *
   * @param sent requests handed to the client
   * @param answered answers by status, {@code "200"}, and failures by cause, {@code "timeout"}
   * @param latencyMicros of the answered ones, from when the request should have started
   */
  record Snapshot(long sent, SortedMap<String, Long> answered, Histogram latencyMicros) {
    long answers(String status) {
      return answered.getOrDefault(status, 0L);
    }

    /** Of all that were sent, those not answered as a healthy service does. */
    long unexpected(Kind kind) {
      return answered.values().stream().mapToLong(Long::longValue).sum()
          - answers(Integer.toString(kind.expectedStatus()));
    }
  }

  private static final class Count {
    private long sent;
    private final SortedMap<String, Long> answered = new TreeMap<>();
    private final Histogram latencyMicros = new Histogram(MAX_MICROS, 3);
  }

  synchronized void sent(Kind kind) {
    count(kind).sent++;
  }

  /**
   * @param intendedNanos when it should have been sent, by {@link System#nanoTime}; a client that
   *     fell behind must not make the service look fast
   */
  synchronized void answered(Kind kind, int status, long intendedNanos, long nowNanos) {
    Count count = count(kind);
    count.answered.merge(Integer.toString(status), 1L, Long::sum);
    long micros = TimeUnit.NANOSECONDS.toMicros(nowNanos - intendedNanos);
    count.latencyMicros.recordValue(Math.max(0, Math.min(micros, MAX_MICROS)));
  }

  synchronized void failed(Kind kind, String cause) {
    count(kind).answered.merge(cause, 1L, Long::sum);
  }

  /** A copy that changes no more; only kinds that were sent. */
  synchronized Map<Kind, Snapshot> snapshot() {
    Map<Kind, Snapshot> copy = new EnumMap<>(Kind.class);
    counts.forEach(
        (kind, count) ->
            copy.put(
                kind,
                new Snapshot(
                    count.sent, new TreeMap<>(count.answered), count.latencyMicros.copy())));
    return copy;
  }

  private Count count(Kind kind) {
    return counts.computeIfAbsent(kind, ignored -> new Count());
  }
}
