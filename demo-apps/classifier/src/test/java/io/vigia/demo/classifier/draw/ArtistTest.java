package io.vigia.demo.classifier.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtistTest {
  @ParameterizedTest
  @EnumSource(Thing.class)
  void sameSeedDrawsTheSamePictureAndAnotherSeedAnother(Thing thing) {
    int[] first = pixels(Artist.draw(thing, 5, 48));

    assertThat(pixels(Artist.draw(thing, 5, 48))).isEqualTo(first);
    assertThat(pixels(Artist.draw(thing, 6, 48))).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 15, 2049, Integer.MAX_VALUE})
  void sizeIsBounded(int size) {
    assertThatThrownBy(() -> Artist.draw(Thing.DOG, 1, size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16 to 2048");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "jpeg", "png"})
  void encodedPictureCanBeRead(String extension) throws IOException {
    byte[] bytes = PictureFile.encode(Artist.draw(Thing.CAT, 1, 40), extension);

    BufferedImage read = ImageIO.read(new ByteArrayInputStream(bytes));
    assertThat(read.getWidth()).isEqualTo(40);
  }

  @Test
  void labelsAreFoundWhateverTheirCase() {
    assertThat(Thing.ofLabel("Dog")).contains(Thing.DOG);
    assertThat(Thing.ofLabel("unicorn")).isEmpty();
  }

  private static int[] pixels(BufferedImage picture) {
    return picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, 48);
  }
}
