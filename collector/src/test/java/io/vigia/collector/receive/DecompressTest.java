package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        gzip.write(member);
      }
    }
    return out.toByteArray();
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

  @Property(tries = 500)
  void brokenZstdIsRefusedOrBounded(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] broken = mutated(Zstd.compress(text(random)), random);
    try {
      assertThat(Unzstd.run(broken, 0, broken.length, MAX_BYTES))
          .hasSizeLessThanOrEqualTo(MAX_BYTES);
    } catch (DecompressException e) {
      assertThat(e.reason()).isIn("zstd", "size", "ratio");
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
    byte[] zstd = Zstd.compress(zeros);
    assertThatThrownBy(() -> Unzstd.run(zstd, 0, zstd.length, 64 << 20))
        .isInstanceOfSatisfying(
            DecompressException.class, e -> assertThat(e.reason()).isEqualTo("ratio"));
    assertThatThrownBy(() -> Unzstd.run(zstd, 0, zstd.length, 4096))
        .isInstanceOfSatisfying(
            DecompressException.class, e -> assertThat(e.reason()).isEqualTo("size"));
  }
}
