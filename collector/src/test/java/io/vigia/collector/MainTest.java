package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void runAsMachinesStartItNeedsNoParser() {
    assertThat(Main.plainRun(new String[] {"run"})).isNotNull();
    assertThat(Main.plainRun(new String[] {"run", "--config", "vigia.yaml"})).isNotNull();
    assertThat(Main.plainRun(new String[] {"run", "-c", "vigia.yaml"})).isNotNull();
  }

  @Test
  void aStartThatEndsWithAnErrorEndsTheProcess() {
    int code =
        Main.execute(
            () -> {
              throw new LinkageError("no native library");
            });
    assertThat(code).isEqualTo(1);
    assertThat(Main.execute(() -> 0)).isZero();
  }

  @Test
  void everythingElseIsForTheParser() {
    assertThat(Main.plainRun(new String[] {})).isNull();
    assertThat(Main.plainRun(new String[] {"check"})).isNull();
    assertThat(Main.plainRun(new String[] {"run", "--help"})).isNull();
    assertThat(Main.plainRun(new String[] {"run", "--config"})).isNull();
    assertThat(Main.plainRun(new String[] {"run", "--config", "--help"})).isNull();
    assertThat(Main.plainRun(new String[] {"run", "--config", "a", "b"})).isNull();
  }
}
