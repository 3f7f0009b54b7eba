/**
 * OTLP protobuf as bytes: walked, counted, sliced and written without objects per message. No I/O.
 *
 * <p>Read in this order: {@link io.vigia.collector.otlp.ProtoReader} (one message's fields), {@link
 * io.vigia.collector.otlp.OtlpFields} (their tags), {@link io.vigia.collector.otlp.OtlpItems}
 * (resource → scope → item of a request), {@link io.vigia.collector.otlp.KeyValues} (attributes).
 */
@NullMarked
package io.vigia.collector.otlp;

import org.jspecify.annotations.NullMarked;
