package io.vigia.collector.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers by SQL over all slices. */
final class DuckReader implements StoreReader {
  private final LocalStore store;

  DuckReader(LocalStore store) {
    this.store = store;
  }

  @Override
  public List<ServiceData.Summary> services(
      TimeRange range, @Nullable String service, int sparkBuckets) throws IOException {
    return ServiceSql.services(store.engine(), range, service, bounded(sparkBuckets, 200));
  }

  @Override
  public List<ServiceData.Operation> operations(TimeRange range, String service)
      throws IOException {
    return ServiceSql.operations(store.engine(), range, service);
  }

  @Override
  public ServiceData.Heatmap heatmap(
      TimeRange range, String service, @Nullable String operation, int columns) throws IOException {
    return ServiceSql.heatmap(store.engine(), range, service, operation, bounded(columns, 1000));
  }

  @Override
  public ServiceData.ServiceMap serviceMap(TimeRange range) throws IOException {
    return ServiceSql.serviceMap(store.engine(), range);
  }

  @Override
  public List<TraceData.Summary> traces(TraceQuery query) throws IOException {
    bounded(query.limit(), 1000);
    return TraceSql.search(store.engine(), query);
  }

  @Override
  public TraceData.@Nullable Trace trace(String traceId, int maxSpans) throws IOException {
    return TraceSql.trace(store.engine(), traceId, bounded(maxSpans, 50_000));
  }

  @Override
  public LogData.Page logs(LogQuery query) throws IOException {
    bounded(query.limit(), 5000);
    return LogSql.search(store.engine(), query);
  }

  @Override
  public LogData.Facets logFacets(LogQuery query, int buckets) throws IOException {
    return LogSql.facets(store.engine(), query, bounded(buckets, 1000));
  }

  @Override
  public List<MetricData.Info> metrics(@Nullable String service) throws IOException {
    return MetricSql.metrics(store.engine(), service);
  }

  @Override
  public List<MetricData.Series> series(String name, @Nullable String service, int limit)
      throws IOException {
    return MetricSql.series(store.engine(), List.of(name), service, List.of(), bounded(limit, 2000))
        .stream()
        .map(s -> new MetricData.Series(s.service(), new RawJson(s.labels())))
        .toList();
  }

  @Override
  public MetricData.Result query(MetricQuery query) throws IOException {
    bounded(query.limit(), 500);
    return MetricLines.compute(store.engine(), query, new PointLimit());
  }

  @Override
  public StoreStats stats() {
    return store.stats();
  }

  private static int bounded(int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException("a limit of " + value + " is not between 1 and " + max);
    }
    return value;
  }
}
