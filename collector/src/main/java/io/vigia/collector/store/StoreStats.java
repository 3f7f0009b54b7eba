package io.vigia.collector.store;

import java.util.List;

/**
 * What the store holds.
 *
 * @param bytes on disk now
 * @param maxBytes above it the oldest slice is dropped
 * @param retentionMillis after it a slice is dropped
 * @param oldestUnixMillis receive time from which data is there, or 0 when it is empty
 * @param slices files
 * @param droppedSlices dropped by age or size since the start
 * @param corrupt files that could not be read since the start and were set aside
 */
public record StoreStats(
    String directory,
    long bytes,
    long maxBytes,
    long retentionMillis,
    long oldestUnixMillis,
    int slices,
    long droppedSlices,
    List<String> corrupt) {}
