package io.vigia.collector.disklog;

/**
 * A place between two records of a log, in three units that grow together and survive restarts.
 *
 * @param sequence how many records came before
 * @param items how many items (spans, data points, log records) came before
 * @param bytes how many bytes of segment files came before
 */
public record LogPosition(long sequence, long items, long bytes) {
  /** The beginning of a new log. */
  public static final LogPosition ZERO = new LogPosition(0, 0, 0);
}
