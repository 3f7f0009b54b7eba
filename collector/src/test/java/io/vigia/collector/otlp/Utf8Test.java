package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class Utf8Test {

  /** Text with a byte changed now and then, in an array that ends with it or goes on. */
  @Provide
  Arbitrary<byte[]> almostText() {
    Arbitrary<String> text =
        Arbitraries.strings().ascii().ofMaxLength(70).flatMap(this::withOtherCharacters);
    return text.map(string -> string.getBytes(StandardCharsets.UTF_8));
  }

  private Arbitrary<String> withOtherCharacters(String ascii) {
    return Arbitraries.strings().ofMaxLength(3).map(other -> ascii + other + ascii);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void textIsWhatTheJdkDecodes(
      @ForAll("almostText") byte[] array,
      @ForAll @IntRange(max = 12) int before,
      @ForAll @IntRange(max = 12) int after,
      @ForAll int changedAt,
      @ForAll byte changed) {
    if (changedAt % 2 == 0 && array.length > 0) {
      array[Math.floorMod(changedAt / 2, array.length)] = changed;
    }
    int from = Math.min(before, array.length);
    int length = Math.max(0, array.length - from - after);
    assertThat(Utf8.isValid(array, from, length))
        .isEqualTo(decodes(Arrays.copyOfRange(array, from, from + length)));
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
