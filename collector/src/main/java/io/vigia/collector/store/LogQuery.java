package io.vigia.collector.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for log records that meet all conditions, newest first.
 *
 * @param services any of these; empty for all
 * @param levels any of {@code TRACE} … {@code FATAL}, {@code UNSET}; empty for all
 * @param text somewhere in the body or the attributes, any case
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param before a cursor from {@link LogData.Page#nextCursor}: go on after that record
 * @param afterSeq only what arrived after this sequence, oldest first (live tail); -1 for all
 */
public record LogQuery(
    TimeRange range,
    List<String> services,
    List<String> levels,
    @Nullable String text,
    @Nullable String traceId,
    @Nullable String spanId,
    @Nullable String logger,
    List<AttributeFilter> attributes,
    @Nullable String before,
    long afterSeq,
    int limit) {

  /** All records of a time range. */
  public static LogQuery all(TimeRange range, int limit) {
    return new LogQuery(
        range, List.of(), List.of(), null, null, null, null, List.of(), null, -1, limit);
  }

  /** The records of one trace. */
  public static LogQuery ofTrace(String traceId, int limit) {
    return new LogQuery(
        TimeRange.all(),
        List.of(),
        List.of(),
        null,
        traceId,
        null,
        null,
        List.of(),
        null,
        -1,
        limit);
  }
}
