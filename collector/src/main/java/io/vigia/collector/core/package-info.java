/**
 * The small types everything else is made of. Everyone imports this package; it imports nobody.
 *
 * <p>Read in this order: {@link Signal}, {@link Batch}, {@link Intake}, {@link LogRecord}, {@link
 * Exporter}, {@link DestinationStatus}.
 */
@NullMarked
package io.vigia.collector.core;

import org.jspecify.annotations.NullMarked;
