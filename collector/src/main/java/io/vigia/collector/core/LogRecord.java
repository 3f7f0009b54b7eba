package io.vigia.collector.core;

import java.nio.ByteBuffer;

/**
 * A batch as it lies in the disk log.
 *
 * @param id unique and stable across restarts
 * @param items how many spans, data points or log records the payload holds
 * @param payload OTLP {@code Export…ServiceRequest} bytes between position and limit, backed by an
 *     accessible array ({@code hasArray()}) so that flyweights can walk it. Shared by everyone: not
 *     to be written, position not to be moved (use {@code duplicate()}); valid until the export of
 *     the batch completes
 */
public record LogRecord(
    RecordId id, Signal signal, Envelope envelope, int items, ByteBuffer payload) {}
