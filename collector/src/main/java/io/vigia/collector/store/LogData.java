package io.vigia.collector.store;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers about logs. */
public final class LogData {
  private LogData() {}

  /**
   * @param seq grows with arrival
   * @param level {@code TRACE} … {@code FATAL}, or {@code UNSET}
   * @param severityText the level as the sender wrote it, or null
   * @param traceId null when the record has none
   * @param logger the instrumentation scope
   * @param attributes a JSON object
   * @param resource a JSON object, or null when it is not known any more
   */
  public record Log(
      long seq,
      long timeUnixMicros,
      String service,
      String level,
      @Nullable String severityText,
      String body,
      @Nullable String traceId,
      @Nullable String spanId,
      String logger,
      @JsonRawValue String attributes,
      @JsonRawValue @Nullable String resource) {}

  /**
   * @param nextCursor for {@link LogQuery#before}, or null at the end
   * @param tailSeq for {@link LogQuery#afterSeq}: what arrives later has a higher one
   */
  public record Page(List<Log> logs, @Nullable String nextCursor, long tailSeq) {}

  /**
   * Counts of what a query matches. The counts by level leave the query's levels out of account,
   * those by service its services, and those by logger its logger, so that they show what choosing
   * another one would give.
   *
   * @param bucketMicros width of a bucket
   * @param buckets records over time by level; all conditions hold
   */
  public record Facets(
      Map<String, Long> levels,
      Map<String, Long> services,
      Map<String, Long> loggers,
      long total,
      long fromUnixMicros,
      long bucketMicros,
      List<Map<String, Long>> buckets) {}
}
