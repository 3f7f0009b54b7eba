package io.vigia.demo.classifier.model;

import io.vigia.demo.classifier.model.BadPictureException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG, PNG, GIF and BMP. The pixel count is read from the header and judged before
 * anything is decoded, and a large picture is decoded at a fraction of its size, so a few kilobytes
 * cannot claim gigabytes. Thread-safe.
 */
public final class PictureReader {
  /** Formats whose decoders keep to the size in their header. */
  private static final Set<String> FORMATS = Set.of("jpeg", "png", "gif", "bmp");

  /** Enough for any model's input; the rest is skipped while decoding. */
  private static final int ENOUGH_PIXELS_PER_EDGE = 1024;

  /** Of {@code com.sun.imageio.plugins.jpeg.JPEGImageReaderResources}. */
  private static final String CUT_JPEG = "Truncated File";

  private final long maxPixels;

  public PictureReader(long maxPixels) {
    this.maxPixels = maxPixels;
  }

  /**
   * The first picture in the bytes, which the caller keeps.
   *
   * @throws BadPictureException if the bytes are no picture, a damaged one or have more pixels than
   *     allowed
   */
  public BufferedImage read(byte[] bytes) throws BadPictureException {
    if (bytes.length == 0) {
      throw new BadPictureException(Reason.EMPTY, "the picture is empty (0 bytes)");
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = readerFor(in);
      try {
        reader.setInput(in, true, true);
        return decode(reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // decoders answer damaged bytes with anything from EOFException to IndexOutOfBounds
      throw new BadPictureException(Reason.DAMAGED, "the picture is damaged: " + describe(e));
    }
  }

  private static ImageReader readerFor(ImageInputStream in)
      throws IOException, BadPictureException {
    for (Iterator<ImageReader> readers = ImageIO.getImageReaders(in); readers.hasNext(); ) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new BadPictureException(
        Reason.NO_PICTURE, "this is no picture that can be read; send JPEG, PNG, GIF or BMP");
  }

  private BufferedImage decode(ImageReader reader) throws IOException, BadPictureException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if ((long) width * height > maxPixels) {
      throw new BadPictureException(
          Reason.TOO_MANY_PIXELS,
          String.format(
              Locale.ROOT,
              "the picture has %d × %d pixels; at most %d are taken",
              width,
              height,
              maxPixels));
    }
    int step = Math.max(1, Math.min(width, height) / ENOUGH_PIXELS_PER_EDGE);
    ImageReadParam param = reader.getDefaultReadParam();
    param.setSourceSubsampling(step, step, 0, 0);
    AtomicBoolean cut = new AtomicBoolean();
    // the decoder of JPEG paints what is missing grey, and tells so by the way
    reader.addIIOReadWarningListener(
        (source, warning) -> cut.compareAndSet(false, warning.contains(CUT_JPEG)));
    BufferedImage picture = reader.read(0, param);
    if (cut.get()) {
      throw new BadPictureException(Reason.DAMAGED, "the picture is damaged: its end is missing");
    }
    return picture;
  }

  private static String describe(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
