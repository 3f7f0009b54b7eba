package io.vigia.collector.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for traces with at least one span that meets all conditions.
 *
 * @param range of the span's start
 * @param operation the span's name
 * @param minDurationNanos of the span; it is at least this long
 * @param maxDurationNanos of the span; it is shorter than this
 * @param errorsOnly the span's status is ERROR
 * @param entryOnly the span is where the request entered its service: kind SERVER or CONSUMER, or
 *     the trace's root
 * @param slowestFirst otherwise newest first
 * @param limit at most this many traces
 */
public record TraceQuery(
    TimeRange range,
    @Nullable String service,
    @Nullable String operation,
    long minDurationNanos,
    long maxDurationNanos,
    boolean errorsOnly,
    boolean entryOnly,
    List<AttributeFilter> attributes,
    boolean slowestFirst,
    int limit) {

  /** All traces of a time range, newest first. */
  public static TraceQuery all(TimeRange range, int limit) {
    return new TraceQuery(
        range, null, null, 0, Long.MAX_VALUE, false, false, List.of(), false, limit);
  }
}
