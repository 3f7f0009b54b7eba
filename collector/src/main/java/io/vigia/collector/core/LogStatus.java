package io.vigia.collector.core;

import org.jspecify.annotations.Nullable;

/**
 * One signal's log at one moment.
 *
 * @param bytes of segment files
 * @param allowedBytes above which intake refuses
 * @param firstSequence of the oldest retained record
 * @param nextSequence of the next record to come
 * @param acceptedItems ever made durable in this log
 * @param oldestUnixNanos when the oldest retained record was received, or 0
 * @param failure why nothing can be written at the moment, or null
 */
public record LogStatus(
    Signal signal,
    long bytes,
    long allowedBytes,
    int segments,
    long firstSequence,
    long nextSequence,
    long acceptedItems,
    long oldestUnixNanos,
    @Nullable String failure) {}
