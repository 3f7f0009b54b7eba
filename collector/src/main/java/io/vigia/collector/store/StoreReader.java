package io.vigia.collector.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about what is stored. Thread-safe, blocking, bounded in time; each answer is
 * bounded in size by the query's limit.
 *
 * <p>Everything committed before a call is seen by it. All methods throw {@link
 * IllegalArgumentException} when the question makes no sense (its message is for the person who
 * asked) and {@link IOException} when the store cannot answer now.
 */
public interface StoreReader {
  /**
   * All services that sent anything in the range, by name.
   *
   * @param service only this one, or null for all
   * @param sparkBuckets 1 to 200
   */
  List<ServiceData.Summary> services(TimeRange range, @Nullable String service, int sparkBuckets)
      throws IOException;

  /** The operations of a service, most requests first. */
  List<ServiceData.Operation> operations(TimeRange range, String service) throws IOException;

  /**
   * Entry spans of a service ({@link TraceQuery#entryOnly}) by time and duration. A cell's traces
   * are found by a {@link TraceQuery} with its bounds.
   */
  ServiceData.Heatmap heatmap(
      TimeRange range, String service, @Nullable String operation, int columns) throws IOException;

  ServiceData.ServiceMap serviceMap(TimeRange range) throws IOException;

  List<TraceData.Summary> traces(TraceQuery query) throws IOException;

  /** One trace, or null when no span of it is here. */
  TraceData.@Nullable Trace trace(String traceId, int maxSpans) throws IOException;

  LogData.Page logs(LogQuery query) throws IOException;

  LogData.Facets logFacets(LogQuery query, int buckets) throws IOException;

  /** The metrics of a service, or of all, by name. */
  List<MetricData.Info> metrics(@Nullable String service) throws IOException;

  /** The series of a metric, at most {@code limit}. */
  List<MetricData.Series> series(String name, @Nullable String service, int limit)
      throws IOException;

  MetricData.Result query(MetricQuery query) throws IOException;

  StoreStats stats();
}
