package io.vigia.collector.store;

/** How many points a question reads at most: more would be more than the heap. Not thread-safe. */
final class PointLimit {
  private static final int MAX_POINTS = 400_000;

  private final int max;
  private int points;

  PointLimit() {
    this(MAX_POINTS);
  }

  PointLimit(int max) {
    this.max = max;
  }

  /** One more was read; false when it is one too many. */
  boolean add() {
    return ++points <= max;
  }

  /** For a LIMIT: with one more it is known that there are more. */
  int rows() {
    return max + 1;
  }

  boolean isExceeded() {
    return points > max;
  }

  int max() {
    return max;
  }
}
