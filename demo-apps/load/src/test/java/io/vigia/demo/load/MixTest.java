package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MixTest {
  @Test
  void sharesAreKept() {
    Map<Kind.Group, Integer> groups = new EnumMap<>(Kind.Group.class);
    draw(new Mix(0.1, 0.05, true))
        .forEach((kind, count) -> groups.merge(kind.group(), count, Integer::sum));

    assertThat(groups.get(Kind.Group.BAD)).isCloseTo(1_000, Offset.offset(150));
    assertThat(groups.get(Kind.Group.SLOW)).isCloseTo(500, Offset.offset(110));
  }

  @Test
  void classifierIsLeftAloneUnlessNamed() {
    assertThat(draw(new Mix(0.5, 0, false))).doesNotContainKeys(Kind.PREDICT, Kind.BAD_PREDICT);
    assertThat(draw(new Mix(0.5, 0, true))).containsKeys(Kind.PREDICT, Kind.BAD_PREDICT);
  }

  @Test
  void everyKindComesUp() {
    assertThat(draw(new Mix(0.3, 0.1, true))).containsOnlyKeys(Kind.values());
  }

  @Test
  void impossibleSharesAreRefused() {
    assertThatThrownBy(() -> new Mix(0.8, 0.3, true)).hasMessageContaining("0 to 100 %");
  }

  private static Map<Kind, Integer> draw(Mix mix) {
    Random random = new Random(3);
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (int i = 0; i < 10_000; i++) {
      counts.merge(mix.next(random), 1, Integer::sum);
    }
    return counts;
  }
}
