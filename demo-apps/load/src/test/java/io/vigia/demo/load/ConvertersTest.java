package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertersTest {
  @ParameterizedTest
  @CsvSource({"90,90000", "90s,90000", "250ms,250", "5m,300000", "2h,7200000", "0,0"})
  void timeHasUnits(String text, long millis) {
    assertThat(new TimeConverter().convert(text)).hasMillis(millis);
  }

  @ParameterizedTest
  @CsvSource({"5%,0.05", "0.05,0.05", "100 %,1", "0,0"})
  void shareIsPercentOrNumber(String text, double share) {
    assertThat(new ShareConverter().convert(text)).isEqualTo(share);
  }

  @Test
  void anythingElseIsRefusedWithAnExample() {
    assertThatThrownBy(() -> new TimeConverter().convert("soon")).hasMessageContaining("90s");
    assertThatThrownBy(() -> new ShareConverter().convert("5")).hasMessageContaining("5%");
    assertThatThrownBy(() -> new ShareConverter().convert("-1%")).hasMessageContaining("5%");
    assertThatThrownBy(() -> new ShareConverter().convert("some")).hasMessageContaining("5%");
  }
}
