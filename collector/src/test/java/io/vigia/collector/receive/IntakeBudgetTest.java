package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeBudgetTest {
  private static final int LARGE = 1 << 20;
  private static final int SMALL = 1 << 10;
  private static final long NEVER = Long.MAX_VALUE / 1_000_000;

  private final List<String> givenUp = new ArrayList<>();
  private final IntakeBudget budget = new IntakeBudget(4 * LARGE);

  private IntakeBudget.Lease open(String name) {
    IntakeBudget.Lease[] self = new IntakeBudget.Lease[1];
    self[0] =
        budget.open(
            NEVER,
            why -> {
              givenUp.add(name);
              self[0].close();
            });
    return self[0];
  }

  @Test
  void largeRequestThatProgressedLongestAgoMakesRoom() {
    for (int i = 0; i < 4; i++) {
      assertThat(open("large" + i).grow(LARGE)).isTrue();
    }
    assertThat(open("next").grow(SMALL)).isTrue();
    assertThat(givenUp).containsExactly("large0");
  }

  @Test
  void smallRequestIsNotGivenUpForLargeOnesAlthoughItIsOlder() {
    assertThat(open("small").grow(SMALL)).isTrue();
    for (int i = 0; i < 6; i++) {
      assertThat(open("large" + i).grow(LARGE)).isTrue();
    }
    assertThat(givenUp).isNotEmpty().doesNotContain("small");
  }

  @Test
  void aloneAndTooLargeIsRefused() {
    assertThat(open("huge").grow(7 * LARGE)).isFalse();
    assertThat(givenUp).isEmpty();
  }
}
