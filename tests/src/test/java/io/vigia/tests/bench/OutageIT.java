package io.vigia.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The outage of {@code bench --outage-gib}, so short that everybody runs it. Speed is not judged
 * here: that is the benchmark's.
 */
class OutageIT {
  private static final long BACKLOG_BYTES = 64 << 20;
  private static final int EVENTS_PER_SECOND = 10_000;

  @Test
  void whatCameInWhileTheDestinationWasAwayIsDeliveredAndWasNotKeptInMemory() throws Exception {
    try (OutageRun run = new OutageRun(Workload.LOGS, 4, 4, List.of(), EVENTS_PER_SECOND, 2)) {
      OutageFacts.Measured measured = run.run(BACKLOG_BYTES);
      assertThat(OutageFacts.nothingLost(measured)).as(measured.toString()).isTrue();
      assertThat(measured.backlogGib() * (1 << 30)).isGreaterThanOrEqualTo(BACKLOG_BYTES);
      assertThat(measured.away().peakResident() - measured.there().peakResident())
          .as("MB more than before: %s", measured)
          .isLessThan(BACKLOG_BYTES >> 20);
    }
  }
}
