package io.vigia.collector.pipeline;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.Signal;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How the pipeline treats one destination.
 *
 * @param required whether intake refuses rather than skip data this destination has not had
 * @param signals which it gets, of those its exporter takes
 * @param maxAgeMillis older records are dropped for it (reason {@code age}); 0 = no limit
 * @param maxBytes when more is pending the oldest is dropped for it (reason {@code size}); 0 = no
 *     limit
 * @param maxDeadLetterBytes of what it refused for good; beyond it the oldest are thrown away
 * @param retryInitialMillis the back-off's first upper bound; doubles with each failure, and the
 *     wait is random below it (full jitter)
 * @param retryMaxMillis the back-off's last upper bound
 * @param retryLogAfterTries items put off so often while their neighbours were taken move to the
 *     retry log
 */
public record DestinationOptions(
    boolean required,
    Set<Signal> signals,
    long maxAgeMillis,
    long maxBytes,
    long maxDeadLetterBytes,
    long retryInitialMillis,
    long retryMaxMillis,
    int retryLogAfterTries) {

  public DestinationOptions {
    signals = Set.copyOf(signals);
    if (maxAgeMillis < 0
        || maxBytes < 0
        || maxDeadLetterBytes < 0
        || retryInitialMillis < 1
        || retryMaxMillis < retryInitialMillis) {
      throw new IllegalArgumentException("limits must not be negative, retry waits not descending");
    }
  }

  /** Whether what was received then is older than this destination wants. */
  boolean isTooOld(long unixNanos, AgeClock clock) {
    return maxAgeMillis > 0
        && clock.millis() - TimeUnit.NANOSECONDS.toMillis(unixNanos) > maxAgeMillis;
  }

  /** Required, all signals, no limits but 256 MiB of dead letters, back-off from 200 ms to 30 s. */
  public static DestinationOptions defaults() {
    return new DestinationOptions(
        true, EnumSet.allOf(Signal.class), 0, 0, 256L << 20, 200, 30_000, 5);
  }

  public DestinationOptions withRequired(boolean required) {
    return new DestinationOptions(
        required,
        signals,
        maxAgeMillis,
        maxBytes,
        maxDeadLetterBytes,
        retryInitialMillis,
        retryMaxMillis,
        retryLogAfterTries);
  }

  public DestinationOptions withSignals(Set<Signal> signals) {
    return new DestinationOptions(
        required,
        signals,
        maxAgeMillis,
        maxBytes,
        maxDeadLetterBytes,
        retryInitialMillis,
        retryMaxMillis,
        retryLogAfterTries);
  }

  public DestinationOptions withLimits(long maxAgeMillis, long maxBytes) {
    return new DestinationOptions(
        required,
        signals,
        maxAgeMillis,
        maxBytes,
        maxDeadLetterBytes,
        retryInitialMillis,
        retryMaxMillis,
        retryLogAfterTries);
  }

  public DestinationOptions withMaxDeadLetterBytes(long maxDeadLetterBytes) {
    return new DestinationOptions(
        required,
        signals,
        maxAgeMillis,
        maxBytes,
        maxDeadLetterBytes,
        retryInitialMillis,
        retryMaxMillis,
        retryLogAfterTries);
  }

  public DestinationOptions withRetry(long initialMillis, long maxMillis) {
    return new DestinationOptions(
        required,
        signals,
        maxAgeMillis,
        maxBytes,
        maxDeadLetterBytes,
        initialMillis,
        maxMillis,
        retryLogAfterTries);
  }
}
