package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
  @Test
  void drawnPicturesAreReadableAndDiffer() throws IOException {
    Random random = new Random(1);
    Pictures pictures = Pictures.drawn();
    byte[] first = pictures.next(random);

    assertThat(ImageIO.read(new ByteArrayInputStream(first)).getWidth()).isEqualTo(128);
    assertThat(pictures.next(random)).isNotEqualTo(first);
    assertThat(pictures.next(new Random(1))).isEqualTo(first);
  }

  @Test
  void directoryGivesItsPicturesOnly(@TempDir Path directory) throws IOException {
    Files.writeString(Files.createDirectory(directory.resolve("dogs")).resolve("one.PNG"), "png");
    Files.writeString(directory.resolve("notes.txt"), "text");

    assertThat(Pictures.of(directory).next(new Random())).asString().isEqualTo("png");
  }

  @Test
  void directoryWithoutPicturesIsNamed(@TempDir Path directory) {
    assertThatThrownBy(() -> Pictures.of(directory)).hasMessageContaining(directory.toString());
  }
}
