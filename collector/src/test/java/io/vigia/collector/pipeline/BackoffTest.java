package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(100, 30_000);

  private LongStream waits(int failures, long retryAfterMillis) {
    return LongStream.generate(() -> backoff.waitMillis(failures, retryAfterMillis)).limit(2_000);
  }

  @Test
  void waitsAreSpreadOverATimeThatDoublesUpToTheLimit() {
    for (int failures = 1; failures < 50; failures++) {
      long bound = failures > 9 ? 30_000 : 100L << (failures - 1);
      bound = Math.min(bound, 30_000);
      var seen = waits(failures, 0).summaryStatistics();
      assertThat(seen.getMax()).isBetween(bound * 9 / 10, bound);
      assertThat(seen.getMin()).isBetween(5L, Math.max(6, bound / 10));
    }
  }

  @Test
  void whatTheBackendAskedForIsKeptAndTheCrowdIsSpread() {
    var seen = waits(7, 2_000).summaryStatistics();
    assertThat(seen.getMin()).isBetween(2_000L, 2_100L);
    assertThat(seen.getMax()).isBetween(2_400L, 2_500L);
  }
}
