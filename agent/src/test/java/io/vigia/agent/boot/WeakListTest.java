package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class WeakListTest {
  private final WeakList list = new WeakList(2);
  private final Object first = new Object();
  private final Object second = new Object();

  @Test
  void eachIsThereOnceInTheOrderInWhichItCame() {
    list.add(first);
    list.add(second);
    list.add(first);
    assertThat(list.alive()).containsExactly(first, second);
  }

  @Test
  void noMoreAreHeldThanAllowed() {
    list.add(first);
    list.add(second);
    list.add(new Object());
    assertThat(list.alive()).containsExactly(first, second);
  }

  @Test
  void whatNobodyElseHoldsIsForgottenAndMakesRoom() {
    list.add(first);
    list.add(new Object());
    await()
        .until(
            () -> {
              System.gc();
              return list.alive().size() == 1;
            });
    list.add(second);
    assertThat(list.alive()).containsExactly(first, second);
  }
}
