package io.vigia.collector.core;

import java.nio.ByteBuffer;

/**
 * A batch as it lies in the disk log.
 *
 * @param id unique and stable across restarts
 * @param items how many spans, data points or log records the payload holds
 * @param payload read-only OTLP {@code Export…ServiceRequest} bytes between position and limit;
 *     valid until the export of the batch completes. Use {@code duplicate()} to move in it
 */
public record LogRecord(
    RecordId id, Signal signal, Envelope envelope, int items, ByteBuffer payload) {}
