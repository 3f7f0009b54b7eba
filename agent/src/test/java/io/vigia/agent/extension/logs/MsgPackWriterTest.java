package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** Held against msgpack-core. */
class MsgPackWriterTest {

  @Property(tries = 200)
  void valuesReadBackAsWritten(
      @ForAll @Size(max = 40) List<@StringLength(max = 300) String> strings,
      @ForAll long integer,
      @ForAll double real,
      @ForAll boolean bool)
      throws IOException {
    MsgPackWriter writer = new MsgPackWriter(4);
    writer.arrayHeader(strings.size());
    strings.forEach(writer::string);
    writer.mapHeader(3).string("i").integer(integer).string("r").real(real);
    writer.string("b").bool(bool).nil();
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(writer.toByteArray())) {
      assertThat(unpacker.unpackArrayHeader()).isEqualTo(strings.size());
      for (String string : strings) {
        assertThat(unpacker.unpackString()).isEqualTo(wellFormed(string));
      }
      assertThat(unpacker.unpackMapHeader()).isEqualTo(3);
      assertThat(unpacker.unpackString()).isEqualTo("i");
      assertThat(unpacker.unpackLong()).isEqualTo(integer);
      assertThat(unpacker.unpackString()).isEqualTo("r");
      assertThat(unpacker.unpackDouble()).isEqualTo(real);
      assertThat(unpacker.unpackString()).isEqualTo("b");
      assertThat(unpacker.unpackBoolean()).isEqualTo(bool);
      unpacker.unpackNil();
      assertThat(unpacker.hasNext()).isFalse();
    }
  }

  @Property(tries = 5)
  void longStringsAndMapsUseTheWideForms(@ForAll boolean huge) throws IOException {
    String text = "ñ".repeat(huge ? 70_000 : 20_000);
    MsgPackWriter writer = new MsgPackWriter(4).mapHeader(300);
    for (int i = 0; i < 300; i++) {
      writer.string("k" + i).integer(i);
    }
    writer.string(text);
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(writer.toByteArray())) {
      assertThat(unpacker.unpackMapHeader()).isEqualTo(300);
      unpacker.skipValue(600);
      assertThat(unpacker.unpackString()).isEqualTo(text);
    }
  }

  /** Otherwise what follows in the chunk could not be read. */
  @Property(tries = 1)
  void arrayOfVeryManyElementsIsOne() throws IOException {
    MsgPackWriter writer = new MsgPackWriter(4).arrayHeader(70_000);
    for (int i = 0; i < 70_000; i++) {
      writer.integer(i);
    }
    writer.mapHeader(70_000).string("next");
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(writer.toByteArray())) {
      assertThat(unpacker.unpackArrayHeader()).isEqualTo(70_000);
      unpacker.skipValue(70_000);
      assertThat(unpacker.unpackMapHeader()).isEqualTo(70_000);
      assertThat(unpacker.unpackString()).isEqualTo("next");
    }
  }

  /** A lone surrogate has no UTF-8 form; Java writes a question mark. */
  private static String wellFormed(String text) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return new String(utf8, java.nio.charset.StandardCharsets.UTF_8);
  }
}
