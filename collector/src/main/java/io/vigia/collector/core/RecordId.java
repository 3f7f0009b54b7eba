package io.vigia.collector.core;

/**
 * A position that is never used twice: the same id always names the same bytes.
 *
 * @param logId random, made with the log's directory
 * @param epoch grows by one after every unclean start
 * @param sequence the record's number within the log, from 0
 */
public record RecordId(long logId, int epoch, long sequence) {}
