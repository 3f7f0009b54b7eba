package io.vigia.collector.core;

import java.nio.ByteBuffer;

/**
 * What a receiver hands to the {@link Intake}: one valid OTLP {@code Export…ServiceRequest} message
 * of one signal, protobuf encoded.
 *
 * @param signal the kind of telemetry
 * @param items how many spans, data points or log records the payload holds; at least 1
 * @param envelope what is known only now
 * @param payload the protobuf bytes between position and limit. Owned by the caller, read (never
 *     written, position unchanged) by {@link Intake#accept} until that call returns, not later
 */
public record Batch(Signal signal, int items, Envelope envelope, ByteBuffer payload) {}
