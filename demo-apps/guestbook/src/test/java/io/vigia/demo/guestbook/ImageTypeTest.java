package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTypeTest {
  @ParameterizedTest
  @EnumSource(
      value = ImageType.class,
      names = {"PNG", "JPEG", "GIF", "BMP"})
  void whatTheJdkWritesIsKnown(ImageType type) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), type.name(), out);

    assertThat(ImageType.of(out.toByteArray())).contains(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "B", "GIF", "<svg xmlns='http://www.w3.org/2000/svg'/>", "RIFF    WEB"})
  void whatIsNoPictureIsNone(String text) {
    assertThat(ImageType.of(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void webpIsKnownBehindItsRiffHeader() {
    assertThat(ImageType.of("RIFF\0\0\0\0WEBPVP8 ".getBytes(StandardCharsets.UTF_8)))
        .contains(ImageType.WEBP);
  }

  @Test
  void shortestPrefixesNeverThrow() {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
    for (int length = 0; length < png.length; length++) {
      assertThat(ImageType.of(Arrays.copyOf(png, length))).isEmpty();
    }
  }
}
