package io.vigia.collector.core;

import java.util.concurrent.CompletableFuture;

/**
 * The one door into the collector. Thread-safe.
 *
 * <p>The returned future completes normally only after the batch met the configured durability (by
 * default: {@code fsync} returned). Only then may a receiver acknowledge its sender. It completes
 * exceptionally, always directly with an {@link IntakeException} and never wrapped, when the batch
 * was not taken:
 *
 * <ul>
 *   <li>{@link IntakeException.Overloaded}: try again after the stated time (429 or 503 with {@code
 *       Retry-After}, {@code RESOURCE_EXHAUSTED} with {@code RetryInfo}, no forward ack);
 *   <li>{@link IntakeException.Rejected}: sending it again will not help (400, {@code
 *       INVALID_ARGUMENT}).
 * </ul>
 *
 * <p>{@code accept} itself never blocks and never throws. Continuations run on the log's writer
 * thread: they must be short and must not block (hop to the connection's event loop).
 */
@FunctionalInterface
public interface Intake {
  CompletableFuture<Void> accept(Batch batch);
}
