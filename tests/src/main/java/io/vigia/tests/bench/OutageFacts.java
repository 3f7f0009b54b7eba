package io.vigia.tests.bench;

/** The five things that an outage may not change, each said with its figures. */
final class OutageFacts {
  /** A heap that has not been needed yet is touched in the first minutes, backlog or not. */
  private static final long MEMORY_SLACK_MEGABYTES = 48;

  /** What issue and documents promise at half load, whatever the backlog. */
  private static final double LATENCY_PROMISED_MILLIS = 20;

  private static final double LATENCY_SLACK = 2;
  private static final double DRAIN_RATIO = 2;
  private static final double ACCEPTED_SHARE = 0.95;

  /**
   * @param drainedPerSecond delivered during the drain, backlog and new events together
   * @param wantedPerSecond what the client was told to send
   * @param delivered by the collector's own account
   * @param taken by the backends' own account; what was on its way when one died is there twice
   */
  record Measured(
      OutagePhase there,
      OutagePhase away,
      OutagePhase drain,
      double backlogGib,
      long backlogEvents,
      double drainedPerSecond,
      double drainSeconds,
      long wantedPerSecond,
      long sent,
      long delivered,
      long taken,
      long refused) {}

  private OutageFacts() {}

  /** Prints them; returns whether all held. */
  static boolean print(Measured m) {
    System.out.printf(
        "outage: a backlog of %.2f GiB, %,d events%n", m.backlogGib(), m.backlogEvents());
    boolean all = true;
    all &=
        fact(
            "memory flat",
            memoryFlat(m),
            "resident %d MB before, %d to %d MB while away (peak %d), peak %d MB in the drain"
                .formatted(
                    m.there().lastResident(),
                    m.away().firstResident(),
                    m.away().lastResident(),
                    m.away().peakResident(),
                    m.drain().peakResident()));
    all &=
        fact(
            "acks as quick",
            latencyUnchanged(m),
            "p50 / p99 %.1f / %.1f ms before, %.1f / %.1f ms while away, %.1f / %.1f ms in the drain"
                .formatted(
                    m.there().p50Millis(),
                    m.there().p99Millis(),
                    m.away().p50Millis(),
                    m.away().p99Millis(),
                    m.drain().p50Millis(),
                    m.drain().p99Millis()));
    all &=
        fact(
            "nothing lost",
            nothingLost(m),
            "%,d acknowledged, %,d delivered, %,d taken by the backends, %,d refused"
                .formatted(m.sent(), m.delivered(), m.taken(), m.refused()));
    all &=
        fact(
            "new data taken",
            newDataTaken(m),
            "%,d events/s in the drain, %,d while away, %,d wanted"
                .formatted(
                    m.drain().acceptedPerSecond(),
                    m.away().acceptedPerSecond(),
                    m.wantedPerSecond()));
    all &=
        fact(
            "drain >= 2x intake",
            drainFast(m),
            "%,.0f events/s delivered for %.0f s while %,d/s came in: %.1f times"
                .formatted(
                    m.drainedPerSecond(),
                    m.drainSeconds(),
                    m.drain().acceptedPerSecond(),
                    m.drainedPerSecond() / m.drain().acceptedPerSecond()));
    return all;
  }

  static boolean memoryFlat(Measured m) {
    long limit = m.there().peakResident() + MEMORY_SLACK_MEGABYTES;
    return m.away().peakResident() <= limit && m.drain().peakResident() <= limit;
  }

  static boolean latencyUnchanged(Measured m) {
    double limit = Math.max(LATENCY_PROMISED_MILLIS, LATENCY_SLACK * m.there().p99Millis());
    return m.away().p99Millis() <= limit && m.drain().p99Millis() <= limit;
  }

  static boolean nothingLost(Measured m) {
    return m.delivered() == m.sent() && m.taken() >= m.sent() && m.refused() == 0;
  }

  static boolean newDataTaken(Measured m) {
    return m.drain().acceptedPerSecond() >= ACCEPTED_SHARE * m.wantedPerSecond();
  }

  static boolean drainFast(Measured m) {
    return m.drainedPerSecond() >= DRAIN_RATIO * m.drain().acceptedPerSecond();
  }

  private static boolean fact(String name, boolean holds, String figures) {
    System.out.printf("  %-18s %-3s %s%n", name, holds ? "yes" : "NO", figures);
    return holds;
  }
}
