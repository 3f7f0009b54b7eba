package io.vigia.collector.disklog;

/**
 * What must have happened before an append is acknowledged.
 *
 * @param mode see {@link Mode}
 * @param intervalMillis for {@link Mode#INTERVAL} only
 */
public record Durability(Mode mode, long intervalMillis) {
  /** See the factory methods. */
  public enum Mode {
    FSYNC,
    INTERVAL,
    OS
  }

  public Durability {
    if (mode == Mode.INTERVAL && intervalMillis < 1) {
      throw new IllegalArgumentException("intervalMillis must be at least 1");
    }
  }

  /** The record is on stable storage: survives a power cut. The default. */
  public static Durability fsync() {
    return new Durability(Mode.FSYNC, 0);
  }

  /** Written to the operating system, and synced so often: a power cut loses up to that much. */
  public static Durability interval(long millis) {
    return new Durability(Mode.INTERVAL, millis);
  }

  /** Written to the operating system: survives {@code kill -9}, not a power cut. */
  public static Durability os() {
    return new Durability(Mode.OS, 0);
  }

  boolean syncsBeforeAck() {
    return mode == Mode.FSYNC;
  }
}
