package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeverityTest {

  @ParameterizedTest
  @CsvSource({
    "trace, 1",
    "debug, 5",
    "info, 9",
    "information, 9",
    "informational, 9",
    "notice, 10",
    "warn, 13",
    "warning, 13",
    "err, 17",
    "error, 17",
    "severe, 17",
    "critical, 18",
    "fatal, 21",
    "emergency, 21"
  })
  void aNameIsKnownInAnyCaseAndWhatOnlyBeginsOrEndsLikeItIsNot(String name, int number) {
    assertThat(number(name)).isEqualTo(number);
    assertThat(number(name.toUpperCase(Locale.ROOT))).isEqualTo(number);
    assertThat(number(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)))
        .isEqualTo(number);
    for (int i = 0; i < name.length(); i++) {
      assertThat(number(name.substring(0, i) + 'x' + name.substring(i + 1))).isZero();
    }
    assertThat(number(name + '\0')).isZero();
    assertThat(number(name + ' ')).isZero();
  }

  /** Other text stands around it. */
  private static int number(String name) {
    byte[] array = ("no" + name + "e").getBytes(StandardCharsets.US_ASCII);
    return Severity.number(array, 2, name.length());
  }
}
