package io.vigia.collector.receive.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class CriLineTest {
  private final CriLine line = new CriLine();

  @Example
  void readsTheFormat() {
    assertThat(read("2016-10-06T00:17:09.669794202Z stdout F The content")).isTrue();
    assertThat(line.timeUnixNanos()).isEqualTo(1_475_713_029_669_794_202L);
    assertThat(line.isStderr()).isFalse();
    assertThat(line.isPartial()).isFalse();
    assertThat(message()).isEqualTo("The content");
    assertThat(read("2016-10-06T02:17:09.669794202+02:00 stderr P:x a b")).isTrue();
    assertThat(line.timeUnixNanos()).isEqualTo(1_475_713_029_669_794_202L);
    assertThat(line.isStderr()).isTrue();
    assertThat(line.isPartial()).isTrue();
    assertThat(message()).isEqualTo("a b");
  }

  @Example
  void anEmptyMessageMayHaveNoSpaceBeforeIt() {
    assertThat(read("2016-10-06T00:17:09Z stdout F")).isTrue();
    assertThat(message()).isEmpty();
    assertThat(read("2016-10-06T00:17:09Z stdout F ")).isTrue();
    assertThat(message()).isEmpty();
  }

  @Example
  void whatIsNotOfTheFormatIsAMessage() {
    for (String text :
        new String[] {
          "",
          "hello",
          "2016-10-06T00:17:09Z stdlog F x",
          "2016-10-06T00:17:09Z stdout ",
          "2016-13-06T00:17:09Z stdout F x",
          "2016-10-06 00:17:09 INFO something happened"
        }) {
      assertThat(read(text)).as(text).isFalse();
      assertThat(line.timeUnixNanos()).isZero();
      assertThat(message()).isEqualTo(text);
    }
  }

  @Property(tries = 300)
  void timesAreThoseOfTheLibrary(
      @ForAll @LongRange(min = 100_000, max = 9_000_000_000L) long seconds,
      @ForAll @LongRange(min = -18 * 60, max = 18 * 60) long zoneMinutes) {
    OffsetDateTime time =
        java.time.Instant.ofEpochSecond(seconds, 123_000_000)
            .atOffset(java.time.ZoneOffset.ofTotalSeconds((int) zoneMinutes * 60));
    read(
        time.format(java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX"))
            + " stdout F x");
    assertThat(line.timeUnixNanos()).isEqualTo(seconds * 1_000_000_000L + 123_000_000);
  }

  private boolean read(String text) {
    byte[] bytes = ("#" + text + "#").getBytes(StandardCharsets.UTF_8);
    return line.read(bytes, 1, bytes.length - 2);
  }

  private String message() {
    return new String(
        line.message().array(),
        line.message().offset(),
        line.message().length(),
        StandardCharsets.UTF_8);
  }
}
