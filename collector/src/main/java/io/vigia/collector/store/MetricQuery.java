package io.vigia.collector.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the points of a metric.
 *
 * @param name the metric's name as sent
 * @param labels conditions on the labels
 * @param statistic what to compute per step, see {@link Statistic}
 * @param groupBy label to split by, {@code service} for the service; empty for one line per series
 *     (numbers) or one in all (histograms); null likewise
 * @param stepMicros width of a step, microseconds
 * @param limit at most this many lines
 */
public record MetricQuery(
    TimeRange range,
    String name,
    @Nullable String service,
    List<AttributeFilter> labels,
    Statistic statistic,
    @Nullable String groupBy,
    long stepMicros,
    int limit) {

  /** What a point of the answer is. */
  public enum Statistic {
    /** Gauges: the mean; cumulative or delta sums: the rate; histograms: the mean value. */
    AUTO,
    /** Growth per second of a sum, or of a histogram's count. */
    RATE,
    /** Mean of a gauge's samples or of a histogram's values. */
    AVG,
    MAX,
    P50,
    P95,
    P99
  }
}
