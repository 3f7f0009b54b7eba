package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class JsonBufferTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter NINE_DIGITS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Mostly what needs no escape, of any length, anywhere in an array of other bytes. */
  @Provide
  Arbitrary<byte[]> bytes() {
    Arbitrary<Byte> plain = Arbitraries.bytes().between((byte) ' ', (byte) '~');
    Arbitrary<Byte> any = Arbitraries.bytes();
    return Arbitraries.frequencyOf(Tuple.of(40, plain), Tuple.of(1, any))
        .array(byte[].class)
        .ofMaxSize(120);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyTextIsReadAsItWasAndNothingAroundItCounts(
      @ForAll("bytes") byte[] array,
      @ForAll @IntRange(max = 20) int before,
      @ForAll @IntRange(max = 20) int after)
      throws JsonProcessingException {
    int from = Math.min(before, array.length);
    int length = Math.max(0, array.length - from - after);
    JsonBuffer json = new JsonBuffer();
    json.string(array, from, length);
    String text = new String(json.array(), 0, json.size(), StandardCharsets.UTF_8);
    assertThat(JSON.readValue(text, String.class))
        .isEqualTo(
            new String(Arrays.copyOfRange(array, from, from + length), StandardCharsets.UTF_8));
  }

  @Property
  void timesHaveNineDigitsAfterTheSecond(@ForAll @LongRange(min = 0) long unixNanos) {
    JsonBuffer json = new JsonBuffer();
    json.timestamp(unixNanos);
    Instant instant = Instant.ofEpochSecond(unixNanos / 1_000_000_000L, unixNanos % 1_000_000_000L);
    assertThat(new String(json.array(), 0, json.size(), StandardCharsets.US_ASCII))
        .isEqualTo('"' + NINE_DIGITS.format(instant) + '"');
  }
}
