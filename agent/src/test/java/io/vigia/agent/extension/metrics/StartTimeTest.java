package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartTimeTest {
  private long nanoTime;
  private final StartTime start = new StartTime(1_000, () -> nanoTime);

  @Test
  void staysWhatItIs() {
    nanoTime = 10;
    assertThat(start.before(1_010)).isEqualTo(1_000);
    assertThat(start.before(1_000)).isEqualTo(1_000);
    assertThat(start.before(Long.MAX_VALUE)).as("the clock is put forward").isEqualTo(1_000);
  }

  @Test
  void isBeforeTheEndWhenTheClockWasSetBack() {
    nanoTime = 10;
    assertThat(start.before(500)).isEqualTo(490);
    nanoTime = 20;
    assertThat(start.before(510)).as("and stays there").isEqualTo(490);
    assertThat(start.before(1_020)).as("also when the clock is right again").isEqualTo(490);
  }
}
