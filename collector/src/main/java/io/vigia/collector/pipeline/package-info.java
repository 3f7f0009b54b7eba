/**
 * From the intake to the destinations: one log per signal, one cursor and one dispatcher per
 * destination and signal.
 *
 * <p>Read in this order: {@link Pipeline}, {@link Dispatcher}, {@link DestinationOptions}, {@link
 * Retention}.
 */
@NullMarked
package io.vigia.collector.pipeline;

import org.jspecify.annotations.NullMarked;
