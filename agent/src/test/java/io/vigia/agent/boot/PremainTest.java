package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PremainTest {

  @ParameterizedTest
  @CsvSource({"1.6, true", "1.7, true", "1.8, false", "9, false", "10, false", "26, false"})
  void jvmsBefore8AreTooOldAndNoOther(String version, boolean tooOld) {
    assertThat(Premain.isTooOld(version)).isEqualTo(tooOld);
  }
}
