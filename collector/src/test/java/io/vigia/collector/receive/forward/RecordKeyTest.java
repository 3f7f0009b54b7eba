package io.vigia.collector.receive.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordKeyTest {

  @ParameterizedTest
  @EnumSource(names = "OTHER", mode = EnumSource.Mode.EXCLUDE)
  void aKeyIsKnownByAllItsBytes(RecordKey key) {
    String name = key.name().toLowerCase(Locale.ROOT);
    assertThat(of(name)).isEqualTo(key);
    for (int i = 0; i < name.length(); i++) {
      assertThat(of(name.substring(0, i) + 'X' + name.substring(i + 1))).isEqualTo(RecordKey.OTHER);
    }
    assertThat(of(name + '\0')).isEqualTo(RecordKey.OTHER);
    assertThat(of("")).isEqualTo(RecordKey.OTHER);
  }

  /** Other text stands around it. */
  private static RecordKey of(String name) {
    byte[] array = ("ab" + name + "c").getBytes(StandardCharsets.US_ASCII);
    return RecordKey.of(array, 2, name.length());
  }
}
