package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTest {

  @ParameterizedTest
  @CsvSource({"5, 5", "3000000000, 2147483647", "4294967296, 2147483647", "-1, 0", "many, 7"})
  void countIsWhatAnIntHolds(String given, int count) {
    System.setProperty(Setting.MAX_SERIES.property(), given);
    try {
      assertThat(Setting.MAX_SERIES.count(7)).isEqualTo(count);
    } finally {
      System.clearProperty(Setting.MAX_SERIES.property());
    }
  }
}
