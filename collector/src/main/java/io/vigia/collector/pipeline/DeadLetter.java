package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;

/**
 * Items of one record that a destination will not take.
 *
 * @param entry the record, and which of its items
 * @param reason a short stable word
 * @param detail the destination's own words
 * @param refusedUnixNanos when; 0 when an earlier version put it here
 */
public record DeadLetter(
    String destination,
    ExportBatch.Entry entry,
    String reason,
    String detail,
    long refusedUnixNanos) {}
