package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Decompression of what is whole, broken and meant to burst. */
class DecompressTest {
  private static final int MAX_BYTES = 1 << 20;
  private final Gunzip gunzip = new Gunzip();

  private static byte[] text(Random random) {
    byte[] text = new byte[random.nextInt(20_000)];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + random.nextInt(1 + random.nextInt(26)));
    }
    return text;
  }

  private static byte[] gzip(byte[]... members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] member : members) {
      out.write(Packing.GZIP.of(member));
    }
    return out.toByteArray();
  }

  /** All but gzip, which has an object of its own. */
  private static byte[] undone(Packing packing, byte[] packed, int maxBytes)
      throws DecompressException {
    byte[] padded = new byte[packed.length + 6];
    System.arraycopy(packed, 0, padded, 3, packed.length);
    return switch (packing) {
      case ZSTD -> Unzstd.run(padded, 3, packed.length, maxBytes);
      case DEFLATE -> Unzlib.run(padded, 3, packed.length, maxBytes);
      default -> Unsnappy.run(padded, 3, packed.length, maxBytes);
    };
  }

  private static EnumSet<Packing> others() {
    return EnumSet.complementOf(EnumSet.of(Packing.GZIP));
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
  }

  @Property(tries = 200)
  void membersInARowAreOneText(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    byte[] first = text(random);
    byte[] second = text(random);
    byte[] packed = gzip(first, second);
    int size = gunzip.run(packed, 0, packed.length, MAX_BYTES);
    assertThat(size).isEqualTo(first.length + second.length);
    assertThat(Arrays.copyOf(gunzip.array(), first.length)).isEqualTo(first);
    assertThat(Arrays.copyOfRange(gunzip.array(), first.length, size)).isEqualTo(second);
  }

  @Property(tries = 1000)
  void brokenGzipIsRefusedOrReadAsTheJdkReadsIt(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] broken = mutated(gzip(text(random)), random);
    int size;
    try {
      size = gunzip.run(broken, 0, broken.length, MAX_BYTES);
    } catch (DecompressException e) {
      assertThat(e.reason()).isIn("gzip", "size", "ratio");
      return;
    }
    // a flipped bit in the header's time or flags may be harmless
    byte[] expected = new GZIPInputStream(new ByteArrayInputStream(broken)).readAllBytes();
    assertThat(Arrays.copyOf(gunzip.array(), size)).isEqualTo(expected);
  }

  @Property(tries = 100)
  void whatIsWholeComesBackAsItWas(@ForAll long seed) throws Exception {
    byte[] text = text(new Random(seed));
    for (Packing packing : others()) {
      assertThat(undone(packing, packing.of(text), MAX_BYTES)).as(packing.name()).isEqualTo(text);
    }
  }

  @Property(tries = 500)
  void whatIsBrokenIsRefusedOrBounded(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    for (Packing packing : others()) {
      byte[] broken = mutated(packing.of(text(random)), random);
      try {
        assertThat(undone(packing, broken, MAX_BYTES)).hasSizeLessThanOrEqualTo(MAX_BYTES);
      } catch (DecompressException e) {
        assertThat(e.reason()).isIn(packing.getMessageEncoding(), "size", "ratio");
      }
    }
  }

  @Test
  void bombsAreStoppedByRatioAndBySize() throws IOException {
    byte[] zeros = new byte[32 << 20];
    byte[] gzip = gzip(zeros);
    assertThatThrownBy(() -> gunzip.run(gzip, 0, gzip.length, 64 << 20))
        .isInstanceOfSatisfying(
            DecompressException.class, e -> assertThat(e.reason()).isEqualTo("ratio"));
    assertThatThrownBy(() -> gunzip.run(gzip, 0, gzip.length, 4096))
        .isInstanceOfSatisfying(
            DecompressException.class, e -> assertThat(e.reason()).isEqualTo("size"));
    assertThat(gunzip.array().length).as("held").isLessThan(4 << 20);
    byte[] zstd = Packing.ZSTD.of(zeros);
    assertThatThrownBy(() -> undone(Packing.ZSTD, zstd, 64 << 20))
        .isInstanceOfSatisfying(
            DecompressException.class, e -> assertThat(e.reason()).isEqualTo("ratio"));
    for (Packing packing : others()) {
      byte[] packed = packing.of(zeros);
      assertThatThrownBy(() -> undone(packing, packed, 4096))
          .isInstanceOfSatisfying(
              DecompressException.class, e -> assertThat(e.reason()).isEqualTo("size"));
    }
  }
}
