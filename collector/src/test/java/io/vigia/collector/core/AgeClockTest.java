package io.vigia.collector.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgeClockTest {
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;

  private long wall = 1_000_000 * MINUTE;
  private long passed;
  private final AgeClock clock =
      new AgeClock(() -> wall, () -> TimeUnit.MILLISECONDS.toNanos(passed) - Long.MAX_VALUE / 2);

  private void pass(long millis) {
    passed += millis;
    wall += millis;
  }

  @Test
  void goesWithTheWallClock() {
    for (int i = 0; i < 100; i++) {
      pass(DAY);
      wall += 500; // put right a little
      assertThat(clock.millis()).isEqualTo(wall);
    }
  }

  @Test
  void aStepForwardDoesNotCountUntilItHasLasted() {
    pass(MINUTE);
    long before = wall;
    wall += 1_000 * DAY;
    assertThat(clock.millis()).isEqualTo(before);
    pass(59 * MINUTE);
    assertThat(clock.millis()).isEqualTo(before + 59 * MINUTE);
    pass(MINUTE);
    assertThat(clock.millis()).isEqualTo(wall);
    pass(MINUTE);
    assertThat(clock.millis()).isEqualTo(wall);
  }

  @Test
  void aStepThatIsTakenBackHasNeverCounted() {
    wall += DAY;
    clock.millis();
    pass(30 * MINUTE);
    wall -= DAY;
    assertThat(clock.millis()).isEqualTo(wall);
    wall += DAY;
    assertThat(clock.millis()).as("another one, with its own time").isEqualTo(wall - DAY);
    pass(59 * MINUTE);
    assertThat(clock.millis()).isEqualTo(wall - DAY);
  }

  @Test
  void aClockThatIsAheadFromTheStartDoesNotCountUntilItHasLasted() {
    long before = wall - 100 * DAY;
    clock.known(before);
    clock.known(before - DAY);
    assertThat(clock.millis()).isEqualTo(before);
    pass(59 * MINUTE);
    assertThat(clock.millis()).isEqualTo(before + 59 * MINUTE);
    pass(MINUTE);
    assertThat(clock.millis()).isEqualTo(wall);
  }

  @Test
  void theLatestThatIsKnownCounts() {
    clock.known(wall - DAY);
    clock.known(wall - MINUTE);
    assertThat(clock.millis()).isEqualTo(wall);
    clock.known(wall + DAY);
    assertThat(clock.millis()).as("what was received from a clock that was ahead").isEqualTo(wall);
  }

  @Test
  void aClockPutBackIsFollowedAtOnce() {
    wall -= DAY;
    assertThat(clock.millis()).isEqualTo(wall);
    pass(MINUTE);
    assertThat(clock.millis()).isEqualTo(wall);
  }
}
