package io.vigia.collector.store;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers about traces. Ids are lower-case hexadecimal. */
public final class TraceData {
  private TraceData() {}

  /**
   * One line of a search result.
   *
   * @param rootName name of the root span, or of the earliest one when the root is not there
   * @param spans number of spans of the whole trace
   * @param errors of them, with status ERROR
   * @param services span count by service
   * @param peers databases, queues and other ends that outgoing spans name
   * @param matched how many spans met the query
   */
  public record Summary(
      String traceId,
      String rootService,
      String rootName,
      long startUnixMicros,
      long durationNanos,
      long spans,
      long errors,
      Map<String, Long> services,
      List<String> peers,
      long matched) {}

  /**
   * A whole trace.
   *
   * @param spans by start; at most the asked number
   * @param totalSpans how many there are
   * @param resources attributes by {@link Span#resource}
   * @param logs log records of the trace, those without a span included
   */
  public record Trace(
      String traceId,
      long startUnixMicros,
      long durationNanos,
      long totalSpans,
      List<Span> spans,
      Map<String, RawJson> resources,
      long logs) {}

  /**
   * @param parentSpanId empty for a root
   * @param kind {@code INTERNAL}, {@code SERVER}, {@code CLIENT}, {@code PRODUCER}, {@code
   *     CONSUMER}, {@code UNSPECIFIED}
   * @param status {@code UNSET}, {@code OK}, {@code ERROR}
   * @param offsetNanos start, from the start of the trace
   * @param peer the other end of an outgoing span, or null
   * @param attributes a JSON object
   * @param events a JSON array of {name, timeUnixMicros, attributes}, or null
   * @param links a JSON array of {traceId, spanId, attributes}, or null
   * @param logs log records of this span
   * @param errorLogs of them, level ERROR and above
   */
  public record Span(
      String spanId,
      String parentSpanId,
      String service,
      String name,
      String kind,
      String status,
      @Nullable String statusMessage,
      long offsetNanos,
      long durationNanos,
      @Nullable String peer,
      @Nullable String peerKind,
      @Nullable Integer httpStatus,
      String scope,
      String resource,
      @JsonRawValue String attributes,
      @JsonRawValue @Nullable String events,
      @JsonRawValue @Nullable String links,
      long logs,
      long errorLogs) {}
}
