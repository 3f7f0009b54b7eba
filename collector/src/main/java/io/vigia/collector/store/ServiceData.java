package io.vigia.collector.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers about services. Durations in nanoseconds. */
public final class ServiceData {
  private ServiceData() {}

  /** Where the figures of a service come from. */
  public enum Basis {
    /** Spans of kind SERVER and CONSUMER. */
    SPANS,
    /** Root spans of any kind: the service has no server spans. */
    ROOTS,
    /** Duration histograms of the metrics: the service sends no spans. */
    METRICS,
    /** Nothing to compute rates from; it sends logs or other metrics. */
    NONE
  }

  /**
   * Rate, errors and duration of one service.
   *
   * @param p50Nanos null when there were no requests; likewise the others
   * @param sparkRequests requests per bucket, oldest first; all have the same length
   * @param sparkP95Nanos 0 where a bucket is empty; likewise the others
   * @param logs log records in the range
   * @param errorLogs of them, level ERROR and above
   * @param partial whether there are more points of metrics than were read: requests are missing
   */
  public record Summary(
      String service,
      Basis basis,
      long requests,
      long errors,
      double requestsPerSecond,
      @Nullable Long p50Nanos,
      @Nullable Long p95Nanos,
      @Nullable Long p99Nanos,
      List<Long> sparkRequests,
      List<Long> sparkErrors,
      List<Long> sparkP50Nanos,
      List<Long> sparkP95Nanos,
      List<Long> sparkP99Nanos,
      long logs,
      long errorLogs,
      boolean partial) {}

  /** The same for one operation of a service. {@code kind} as in {@link TraceData.Span}. */
  public record Operation(
      String operation,
      String kind,
      long requests,
      long errors,
      double requestsPerSecond,
      long p50Nanos,
      long p95Nanos,
      long p99Nanos) {}

  /**
   * Entry spans by start and duration.
   *
   * @param columnMicros width of a column; column 0 begins at {@code fromUnixMicros}
   * @param rows from short to long, without gaps
   */
  public record Heatmap(
      long fromUnixMicros, long columnMicros, int columns, List<Row> rows, List<Cell> cells) {}

  /** Durations of a row: at least {@code minNanos}, below {@code maxNanos}. */
  public record Row(long minNanos, long maxNanos) {}

  /** A cell that is not empty. */
  public record Cell(int column, int row, long count, long errors) {}

  /** Who calls whom. */
  public record ServiceMap(List<Node> nodes, List<Edge> edges) {}

  /**
   * @param kind {@code service}; or {@code database}, {@code messaging}, {@code external} for what
   *     only the caller's spans tell of
   */
  public record Node(String name, String kind, long requests, long errors) {}

  public record Edge(String from, String to, long requests, long errors, long p95Nanos) {}
}
