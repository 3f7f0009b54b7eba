package io.vigia.demo.load;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;

/** Draws the kind of picture a child would leave in a guestbook, each a little different. */
final class Drawing {
  private static final int SIZE = 128;

  private final Graphics2D canvas;
  private final RandomGenerator random;

  private Drawing(Graphics2D canvas, RandomGenerator random) {
    this.canvas = canvas;
    this.random = random;
  }

  /** A picture of 128 × 128 pixels, as PNG of a few kilobytes. */
  static byte[] png(RandomGenerator random) {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    try {
      canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      new Drawing(canvas, random).draw();
    } finally {
      canvas.dispose();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void draw() {
    canvas.setColor(colour(0.15f, 0.95f));
    canvas.fillRect(0, 0, SIZE, SIZE);
    canvas.translate(SIZE / 2.0 + shift(), SIZE / 2.0 + shift());
    canvas.rotate((random.nextDouble() - 0.5) * 0.5);
    double scale = 0.7 + random.nextDouble() * 0.4;
    canvas.scale(scale, scale);
    canvas.setColor(colour(0.7f, 0.7f));
    switch (random.nextInt(4)) {
      case 0 -> fish();
      case 1 -> house();
      case 2 -> tree();
      default -> face();
    }
  }

  private void fish() {
    canvas.fill(new Ellipse2D.Double(-40, -22, 70, 44));
    triangle(25, 0, 50, -22, 50, 22);
    eye(-22, -6);
  }

  private void house() {
    canvas.fillRect(-32, -8, 64, 46);
    canvas.setColor(colour(0.8f, 0.5f));
    triangle(-42, -8, 0, -44, 42, -8);
    canvas.fillRect(-8, 12, 16, 26);
  }

  private void tree() {
    canvas.fill(new Ellipse2D.Double(-34, -46, 68, 60));
    canvas.setColor(new Color(0x6b4a2b));
    canvas.fillRect(-7, 10, 14, 36);
  }

  private void face() {
    canvas.fill(new Ellipse2D.Double(-36, -36, 72, 72));
    eye(-14, -10);
    eye(14, -10);
    canvas.setStroke(new BasicStroke(4));
    canvas.drawArc(-18, -8, 36, 28, 200, 140);
  }

  private void eye(int x, int y) {
    canvas.setColor(Color.WHITE);
    canvas.fill(new Ellipse2D.Double(x - 6, y - 6, 12, 12));
    canvas.setColor(Color.BLACK);
    canvas.fill(new Ellipse2D.Double(x - 3, y - 3, 6, 6));
  }

  private void triangle(double x1, double y1, double x2, double y2, double x3, double y3) {
    Path2D path = new Path2D.Double();
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
    path.lineTo(x3, y3);
    path.closePath();
    canvas.fill(path);
  }

  private double shift() {
    return (random.nextDouble() - 0.5) * 24;
  }

  private Color colour(float saturation, float brightness) {
    return Color.getHSBColor((float) random.nextDouble(), saturation, brightness);
  }
}
