package io.vigia.demo.classifier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.PictureFile;
import io.vigia.demo.classifier.draw.Thing;
import io.vigia.demo.classifier.model.BadPictureException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureReaderTest {
  private static final int IHDR_DATA = 16;
  private final PictureReader reader = new PictureReader(1_000_000);

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "gif", "bmp"})
  void readsTheFormat(String format) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(Artist.draw(Thing.CAR, 1, 60), format, bytes)).isTrue();

    BufferedImage picture = reader.read(bytes.toByteArray());

    assertThat(picture.getWidth()).isEqualTo(60);
    assertThat(picture.getHeight()).isEqualTo(60);
  }

  @Test
  void largePictureIsDecodedAtAFractionOfItsSize() throws Exception {
    byte[] bytes = PictureFile.encode(Artist.draw(Thing.TREE, 1, 2048), "jpg");

    assertThat(new PictureReader(5_000_000).read(bytes).getWidth()).isEqualTo(1024);
  }

  @Test
  void emptyFileIsRefused() {
    assertThat(refusal(new byte[0]).reason()).isEqualTo(Reason.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hello", "<svg xmlns='http://www.w3.org/2000/svg'/>", "%PDF-1.7", "II*\0"})
  void whatIsNoPictureIsRefused(String text) {
    BadPictureException refusal = refusal(text.getBytes(StandardCharsets.US_ASCII));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_PICTURE);
    assertThat(refusal).hasMessageContaining("JPEG, PNG, GIF or BMP");
  }

  @Test
  void claimedPixelsAreJudgedBeforeDecoding() throws IOException {
    byte[] png = PictureFile.encode(Artist.draw(Thing.DOG, 1, 16), "png");

    BadPictureException refusal = refusal(withSize(png, 100_000, 100_000));

    assertThat(refusal.reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
    assertThat(refusal).hasMessageContaining("100000 × 100000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png"})
  void halfAPictureIsDamaged(String format) throws IOException {
    byte[] whole = PictureFile.encode(Artist.draw(Thing.DOG, 1, 192), format);

    BadPictureException refusal = refusal(Arrays.copyOf(whole, whole.length / 2));

    assertThat(refusal.reason()).isEqualTo(Reason.DAMAGED);
  }

  @Test
  void damagedPictureIsRefusedOrReadButNeverFailsOtherwise() throws Exception {
    Random random = new Random(1);
    int refused = 0;
    for (String format : new String[] {"jpg", "png"}) {
      byte[] good = PictureFile.encode(Artist.draw(Thing.FISH, 2, 32), format);
      for (int i = 0; i < 200; i++) {
        byte[] bad = Arrays.copyOf(good, 8 + random.nextInt(good.length - 8));
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        try {
          reader.read(bad);
        } catch (BadPictureException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private BadPictureException refusal(byte[] bytes) {
    return catchThrowableOfType(BadPictureException.class, () -> reader.read(bytes));
  }

  /** The same PNG with another size in its header, checksum right (PNG specification, 11.2.2). */
  private static byte[] withSize(byte[] png, int width, int height) {
    ByteBuffer bytes = ByteBuffer.wrap(png.clone());
    bytes.putInt(IHDR_DATA, width).putInt(IHDR_DATA + 4, height);
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), IHDR_DATA - 4, 4 + 13);
    bytes.putInt(IHDR_DATA + 13, (int) crc.getValue());
    return bytes.array();
  }
}
