package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import java.util.Map;

/**
 * What one destination has refused of one signal and is kept.
 *
 * @param letters records, or parts of records, that were put aside
 * @param bytes they take on disk
 * @param oldestUnixNanos when the oldest of them was received
 * @param reasons items by reason
 */
public record DeadLetterLine(
    String destination,
    Signal signal,
    long letters,
    long items,
    long bytes,
    long oldestUnixNanos,
    Map<String, Long> reasons) {}
