package io.vigia.demo.classifier.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.QuadCurve2D;
import java.util.Random;

/**
 * Shapes in unit coordinates with a hand that trembles: every coordinate is off by a little, and
 * each figure has its own colours and outline. Not thread-safe.
 */
final class Brush {
  private static final double TREMBLE = 0.03;

  final Random random;
  final Color main;
  final Color second;
  private final Graphics2D graphics;
  private final Color outline;
  private final float outlineWidth;

  Brush(Graphics2D graphics, Random random, Color main, Color second) {
    this.graphics = graphics;
    this.random = random;
    this.main = main;
    this.second = second;
    this.outline = random.nextInt(3) == 0 ? Color.BLACK : main.darker().darker();
    this.outlineWidth = random.nextInt(4) == 0 ? 0 : 0.02f + 0.03f * random.nextFloat();
  }

  /** A number from low to high. */
  double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  void ellipse(Color color, double centreX, double centreY, double radiusX, double radiusY) {
    paint(color, oval(trembling(centreX), trembling(centreY), trembling(radiusX), radiusY));
  }

  /** An ellipse turned clockwise by so many degrees. */
  void ellipse(Color color, double x, double y, double radiusX, double radiusY, double degrees) {
    AffineTransform turn = AffineTransform.getRotateInstance(Math.toRadians(degrees), x, y);
    paint(color, turn.createTransformedShape(oval(x, y, trembling(radiusX), radiusY)));
  }

  /** A closed polygon of x, y pairs. */
  void polygon(Color color, double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(trembling(points[0]), trembling(points[1]));
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(trembling(points[i]), trembling(points[i + 1]));
    }
    path.closePath();
    paint(color, path);
  }

  void rectangle(Color color, double left, double top, double right, double bottom) {
    polygon(color, left, top, right, top, right, bottom, left, bottom);
  }

  void line(Color color, double width, double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(trembling(points[0]), trembling(points[1]));
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(trembling(points[i]), trembling(points[i + 1]));
    }
    stroke(color, width, path);
  }

  /** A curve from the first to the third point, drawn towards the second. */
  void curve(Color color, double width, double... p) {
    stroke(
        color,
        width,
        new QuadCurve2D.Double(
            trembling(p[0]), trembling(p[1]), trembling(p[2]), trembling(p[3]), p[4], p[5]));
  }

  void eye(double x, double y) {
    double radius = between(0.045, 0.07);
    ellipse(chance(0.5) ? Color.WHITE : new Color(240, 230, 120), x, y, radius, radius);
    graphics.setColor(Color.BLACK);
    graphics.fill(oval(x, y, radius * 0.6, radius * 0.6));
  }

  private void paint(Color color, Shape shape) {
    graphics.setColor(color);
    graphics.fill(shape);
    if (outlineWidth > 0) {
      stroke(outline, outlineWidth, shape);
    }
  }

  private void stroke(Color color, double width, Shape shape) {
    graphics.setColor(color);
    graphics.setStroke(
        new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(shape);
  }

  private static Ellipse2D oval(double x, double y, double radiusX, double radiusY) {
    return new Ellipse2D.Double(x - radiusX, y - radiusY, 2 * radiusX, 2 * radiusY);
  }

  private double trembling(double value) {
    return value + TREMBLE * (2 * random.nextDouble() - 1);
  }
}
