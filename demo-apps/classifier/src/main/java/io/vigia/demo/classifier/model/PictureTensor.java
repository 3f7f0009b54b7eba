package io.vigia.demo.classifier.model;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * A picture as an ImageNet-style model wants it: the centre with the input's aspect, scaled, as
 * planes of red, green and blue (CHW), each minus the mean and divided by the deviation of
 * ImageNet's pictures (the constants of torchvision's pretrained models).
 */
public final class PictureTensor {
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  private PictureTensor() {}

  /** 3 × height × width numbers; transparent pixels are white. */
  public static float[] of(BufferedImage picture, int width, int height) {
    BufferedImage scaled = scale(picture, width, height);
    int[] rgb = scaled.getRGB(0, 0, width, height, null, 0, width);
    float[] planes = new float[3 * rgb.length];
    for (int channel = 0; channel < 3; channel++) {
      int shift = 16 - 8 * channel;
      int plane = channel * rgb.length;
      for (int i = 0; i < rgb.length; i++) {
        float value = ((rgb[i] >> shift) & 0xff) / 255f;
        planes[plane + i] = (value - MEAN[channel]) / DEVIATION[channel];
      }
    }
    return planes;
  }

  private static BufferedImage scale(BufferedImage picture, int width, int height) {
    double zoom =
        Math.max((double) width / picture.getWidth(), (double) height / picture.getHeight());
    int cropWidth = Math.max(1, (int) Math.min(picture.getWidth(), Math.round(width / zoom)));
    int cropHeight = Math.max(1, (int) Math.min(picture.getHeight(), Math.round(height / zoom)));
    int left = (picture.getWidth() - cropWidth) / 2;
    int top = (picture.getHeight() - cropHeight) / 2;
    BufferedImage part = picture.getSubimage(left, top, cropWidth, cropHeight);
    // bilinear looks at four pixels: halve until no more than those are left out
    while (part.getWidth() >= 2 * width && part.getHeight() >= 2 * height) {
      part = paint(part, part.getWidth() / 2, part.getHeight() / 2);
    }
    return paint(part, width, height);
  }

  private static BufferedImage paint(BufferedImage source, int width, int height) {
    BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = target.createGraphics();
    try {
      g.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      g.drawImage(source, 0, 0, width, height, Color.WHITE, null);
    } finally {
      g.dispose();
    }
    return target;
  }
}
