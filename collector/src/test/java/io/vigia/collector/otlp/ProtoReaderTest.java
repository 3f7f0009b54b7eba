package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtoReaderTest {
  @ParameterizedTest
  @CsvSource({
    "08, truncated", // varint field, no value
    "0880, truncated",
    "08ffffffffffffffffff02, varint", // 65 bits
    "08ffffffffffffffffffff01, varint", // 11 bytes
    "0a05616263, length", // claims 5, has 3
    "0a80808080041f, length", // claims 1 GiB
    "0affffffffffffffffff01, length", // claims -1
    "0901020304, truncated", // fixed64 of 4 bytes
    "0d0102, truncated", // fixed32 of 2 bytes
    "00, tag", // field 0
    "0e00, tag", // wire type 6
    "0c, tag", // end of a group that was not begun
    "0b14, tag", // group 1 ended as group 2
    "0b, truncated", // group without end
    "808080808001, tag", // 36-bit tag
  })
  void malformedBytesAreNamed(String hex, String reason) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    ProtoReader reader = new ProtoReader().reset(bytes, 0, bytes.length);
    assertThatThrownBy(
            () -> {
              while (reader.next()) {}
            })
        .isInstanceOfSatisfying(
            MalformedOtlpException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void groupsAreSkippedUpToABoundedDepth() {
    byte[] fine = HexFormat.of().parseHex("0b1308011a0161141c0c1007".replace("1c", ""));
    ProtoReader reader = new ProtoReader().reset(fine, 0, fine.length);
    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isTrue();
    assertThat(reader.tag()).isEqualTo(2 << 3);
    assertThat(reader.value()).isEqualTo(7);

    byte[] bomb = "\u000b".repeat(1_000_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> new ProtoReader().reset(bomb, 0, bomb.length).next())
        .isInstanceOfSatisfying(
            MalformedOtlpException.class, e -> assertThat(e.reason()).isEqualTo("depth"));
  }

  @Property
  void aGroupIsOneFieldWhateverIsInItAndMissedWhereItIsCutOff(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    CodedOutputStream message = CodedOutputStream.newInstance(stream);
    List<Integer> ends = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      ends.add(message.getTotalBytesWritten());
      writeGroup(message, 1 + random.nextInt(3000), random, 3);
    }
    message.flush();
    byte[] bytes = stream.toByteArray();
    ends.add(bytes.length);
    for (int length = 0; length <= bytes.length; length++) {
      ProtoReader reader = new ProtoReader().reset(bytes, 0, length);
      if (ends.contains(length)) {
        for (int groups = ends.indexOf(length); groups > 0; groups--) {
          assertThat(reader.next()).isTrue();
        }
        assertThat(reader.next()).isFalse();
      } else {
        assertThatThrownBy(
                () -> {
                  while (reader.next()) {}
                })
            .as("cut off after %d of %d bytes", length, bytes.length)
            .isInstanceOf(MalformedOtlpException.class);
      }
    }
  }

  private static void writeGroup(CodedOutputStream out, int number, Random random, int deepest)
      throws IOException {
    out.writeTag(number, WireFormat.WIRETYPE_START_GROUP);
    for (int i = random.nextInt(6); i > 0; i--) {
      int field = 1 + random.nextInt(3000);
      switch (random.nextInt(5)) {
        case 0 -> out.writeInt64(field, random.nextLong() >> random.nextInt(64));
        case 1 -> out.writeFixed64(field, random.nextLong());
        case 2 -> out.writeFixed32(field, random.nextInt());
        case 3 -> out.writeByteArray(field, new byte[random.nextInt(200)]);
        default -> {
          if (deepest > 0) {
            writeGroup(out, field, random, deepest - 1);
          }
        }
      }
    }
    out.writeTag(number, WireFormat.WIRETYPE_END_GROUP);
  }

  @Property
  void readsWhatProtobufWritesAndWritesTheSame(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    CodedOutputStream theirs = CodedOutputStream.newInstance(stream);
    ProtoWriter ours = new ProtoWriter(16);
    long[] values = new long[50];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextLong() >> random.nextInt(64);
      int field = 1 + random.nextInt(3000);
      theirs.writeInt64(field, values[i]);
      ours.varint(field << 3, values[i]);
      theirs.writeSInt64(field, values[i]);
      ours.zigZag(field << 3, values[i]);
      theirs.writeFixed64(field, values[i]);
      ours.fixed64(field << 3 | ProtoReader.FIXED64, values[i]);
      theirs.writeFixed32(field, (int) values[i]);
      ours.fixed32(field << 3 | ProtoReader.FIXED32, (int) values[i]);
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      theirs.writeByteArray(field, bytes);
      int mark = ours.begin(field << 3 | ProtoReader.LEN, random.nextInt(300));
      ours.raw(bytes, 0, bytes.length);
      ours.end(mark);
    }
    theirs.flush();
    assertThat(ours.toByteArray()).isEqualTo(stream.toByteArray());
    ProtoReader reader = new ProtoReader().reset(ours.array(), 0, ours.size());
    for (long value : values) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.value()).isEqualTo(value);
      reader.next();
      assertThat(reader.zigZag()).isEqualTo(value);
      reader.next();
      assertThat(reader.value()).isEqualTo(value);
      reader.next();
      assertThat((int) reader.value()).isEqualTo((int) value);
      reader.next();
    }
    assertThat(reader.next()).isFalse();
  }
}
