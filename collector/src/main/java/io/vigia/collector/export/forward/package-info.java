/**
 * Logs to a Fluentd, a Fluent Bit or another collector, by the Fluentd forward protocol with
 * acknowledgements. {@code collector/docs/forward.md} has the mapping, in both directions.
 */
@NullMarked
package io.vigia.collector.export.forward;

import org.jspecify.annotations.NullMarked;
