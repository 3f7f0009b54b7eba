package io.vigia.collector.core;

/**
 * What the collector counts about itself, apart from the ledgers ({@link DestinationStatus}). All
 * methods are thread-safe, cheap and never throw.
 */
public interface CollectorMetrics {
  /**
   * A receiver's batch became durable and was acknowledged after {@code ackNanos}. Called by the
   * {@link Intake} itself ({@code receiver} is the envelope's), not by receivers.
   */
  void accepted(String receiver, Signal signal, int items, long bytes, long ackNanos);

  /**
   * A receiver's batch was refused. Called by the {@link Intake} for its own reasons, and by a
   * receiver only for what it never handed to the intake.
   *
   * @param items at least 1, also when nobody knows how many
   */
  void refused(String receiver, Signal signal, String reason, int items);

  /**
   * Bytes that could not be understood were turned away (the connection's other data is unharmed).
   */
  void malformed(String receiver, String reason);

  /** A receiver that reads files found an event of so many bytes. */
  default void read(String receiver, long bytes) {}

  /** A receiver that reads files has so many, with so many bytes that are not delivered yet. */
  default void behind(String receiver, long bytes, int files) {}

  /** One fsync of a log took this long and covered this many records. */
  void synced(Signal signal, long nanos, int records, long bytes);

  /** A stored record could not be read; it was set aside. */
  void badRecord(Signal signal, String reason);

  /**
   * One request of a destination ended. {@code outcome}: {@code ok}, {@code retry}, {@code
   * refused}.
   */
  void exported(String destination, Signal signal, String outcome, long nanos, long bytes);

  /** Counts nothing. */
  CollectorMetrics NOOP =
      new CollectorMetrics() {
        @Override
        public void accepted(
            String receiver, Signal signal, int items, long bytes, long ackNanos) {}

        @Override
        public void refused(String receiver, Signal signal, String reason, int items) {}

        @Override
        public void malformed(String receiver, String reason) {}

        @Override
        public void synced(Signal signal, long nanos, int records, long bytes) {}

        @Override
        public void badRecord(Signal signal, String reason) {}

        @Override
        public void exported(
            String destination, Signal signal, String outcome, long nanos, long bytes) {}
      };
}
