package io.vigia.demo.classifier.draw;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A picture as the bytes of a file. Thread-safe: no state. */
public final class PictureFile {
  /** What a file name may end in; the format follows. */
  public static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png");

  private PictureFile() {}

  /** JPEG or PNG, as the extension (one of {@link #EXTENSIONS}) says. */
  public static byte[] encode(BufferedImage picture, String extension) throws IOException {
    if (!EXTENSIONS.contains(extension)) {
      throw new IllegalArgumentException("no picture format: " + extension);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(picture, extension, out);
    }
    return bytes.toByteArray();
  }
}
