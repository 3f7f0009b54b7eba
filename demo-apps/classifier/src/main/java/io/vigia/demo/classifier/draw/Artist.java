package io.vigia.demo.classifier.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.Random;

/**
 * Draws a thing in a random pose, colour, size, surrounding and light. The same thing, seed and
 * size give the same picture. Thread-safe: no state. Needs no display.
 */
public final class Artist {
  public static final int MIN_SIZE = 16;
  public static final int MAX_SIZE = 2048;

  private Artist() {}

  /**
   * A square RGB picture.
   *
   * @param size edge in pixels, {@link #MIN_SIZE} to {@link #MAX_SIZE}
   */
  public static BufferedImage draw(Thing thing, long seed, int size) {
    if (size < MIN_SIZE || size > MAX_SIZE) {
      throw new IllegalArgumentException("size must be " + MIN_SIZE + " to " + MAX_SIZE);
    }
    Random random = new Random(seed * 31 + thing.label().hashCode());
    random.nextLong(); // neighbouring seeds share their first bits
    BufferedImage picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      g.scale(size / 2.0, size / 2.0);
      g.translate(1, 1);
      surrounding(g, random);
      AffineTransform pose = pose(random);
      g.transform(pose);
      thing.draw(new Brush(g, random, colour(random, 0.9f), colour(random, 0.7f)));
    } finally {
      g.dispose();
    }
    light(picture, random);
    return picture;
  }

  private static void surrounding(Graphics2D g, Random random) {
    Color sky = colour(random, 0.35f);
    Color ground = colour(random, 0.4f);
    float horizon = 0.1f + 0.8f * random.nextFloat();
    g.setPaint(
        random.nextBoolean()
            ? new GradientPaint(0, -1, sky, 0, 1, ground)
            : new GradientPaint(0, horizon - 0.01f, sky, 0, horizon + 0.01f, ground));
    g.fillRect(-1, -1, 2, 2);
    int clutter = random.nextInt(6);
    for (int i = 0; i < clutter; i++) {
      Color c = colour(random, 0.4f);
      g.setColor(new Color(c.getRed(), c.getGreen(), c.getBlue(), 60 + random.nextInt(80)));
      double x = 2 * random.nextDouble() - 1;
      double y = 2 * random.nextDouble() - 1;
      double reach = 0.1 + 0.4 * random.nextDouble();
      if (random.nextBoolean()) {
        g.fill(new Ellipse2D.Double(x - reach, y - reach / 2, 2 * reach, reach));
      } else {
        g.setStroke(new BasicStroke(0.02f + 0.05f * random.nextFloat()));
        g.draw(new Line2D.Double(x, y, x + reach, y + 2 * reach * (random.nextDouble() - 0.5)));
      }
    }
  }

  private static AffineTransform pose(Random random) {
    double scale = 0.7 + 0.3 * random.nextDouble();
    AffineTransform pose = new AffineTransform();
    double play = 0.1 + (1 - scale) * 0.4;
    pose.translate(play * (2 * random.nextDouble() - 1), play * (2 * random.nextDouble() - 1));
    pose.rotate(Math.toRadians(9 * random.nextGaussian()));
    pose.shear(0.1 * random.nextGaussian(), 0);
    double mirror = random.nextBoolean() ? -1 : 1;
    pose.scale(mirror * scale * (0.9 + 0.2 * random.nextDouble()), scale);
    return pose;
  }

  /** Over- or underexposed by up to a quarter, with the grain of a small sensor. */
  private static void light(BufferedImage picture, Random random) {
    double exposure = 0.75 + 0.5 * random.nextDouble();
    double grain = 14 * random.nextDouble();
    int size = picture.getWidth();
    int[] row = new int[size];
    for (int y = 0; y < size; y++) {
      picture.getRGB(0, y, size, 1, row, 0, size);
      for (int x = 0; x < size; x++) {
        int rgb = row[x];
        int bits = random.nextInt(); // two bytes of it make a triangle, near enough to a bell
        double noise = grain * (((bits >>> 24) + (bits >>> 16 & 0xff)) / 255.0 - 1) * 2;
        int red = level(((rgb >> 16) & 0xff) * exposure + noise);
        int green = level(((rgb >> 8) & 0xff) * exposure + noise);
        int blue = level((rgb & 0xff) * exposure + noise);
        row[x] = red << 16 | green << 8 | blue;
      }
      picture.setRGB(0, y, size, 1, row, 0, size);
    }
  }

  private static int level(double value) {
    return (int) Math.max(0, Math.min(255, value));
  }

  private static Color colour(Random random, float saturation) {
    float brightness = 0.3f + 0.7f * random.nextFloat();
    return Color.getHSBColor(random.nextFloat(), saturation * random.nextFloat(), brightness);
  }
}
