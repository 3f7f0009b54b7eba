package io.vigia.demo.classifier.draw;

import java.awt.Color;

/** The living ones, from the side looking right, or the face. */
final class Animals {
  private static final Color PINK = new Color(230, 140, 150);

  private Animals() {}

  static void dog(Brush b) {
    if (b.chance(0.4)) {
      dogFace(b, 0, 0, 1.25);
      return;
    }
    b.curve(b.main, b.between(0.08, 0.14), -0.65, -0.1, -0.95, -0.2, -0.85, -0.65);
    legs(b, -0.5, 0.45, 0.35, 0.9, 0.08);
    b.ellipse(b.main, -0.1, 0.15, 0.65, b.between(0.24, 0.34));
    b.polygon(b.main, 0.25, 0.2, 0.4, -0.35, 0.68, -0.25, 0.55, 0.3);
    b.ellipse(b.main, 0.55, -0.42, 0.24, 0.22);
    b.ellipse(b.main, 0.8, -0.34, 0.2, 0.11);
    b.ellipse(Color.BLACK, 0.96, -0.38, 0.06, 0.05);
    b.ellipse(b.second, 0.4, -0.3, 0.11, 0.27, b.between(-5, 20));
    b.eye(0.6, -0.5);
  }

  private static void dogFace(Brush b, double x, double y, double size) {
    double s = size * 0.6;
    b.ellipse(b.main, x, y, 0.75 * s, b.between(0.8, 0.95) * s);
    double droop = b.between(5, 20);
    b.ellipse(b.second, x - 0.78 * s, y - 0.1 * s, 0.24 * s, 0.66 * s, droop);
    b.ellipse(b.second, x + 0.78 * s, y - 0.1 * s, 0.24 * s, 0.66 * s, -droop);
    b.ellipse(new Color(235, 225, 205), x, y + 0.4 * s, 0.42 * s, 0.38 * s);
    b.ellipse(Color.BLACK, x, y + 0.2 * s, 0.19 * s, 0.13 * s);
    if (b.chance(0.6)) {
      b.ellipse(PINK, x, y + 0.8 * s, 0.14 * s, 0.26 * s);
    }
    b.eye(x - 0.3 * s, y - 0.2 * s);
    b.eye(x + 0.3 * s, y - 0.2 * s);
  }

  static void cat(Brush b) {
    if (b.chance(0.4)) {
      catFace(b, 0, 0.1, 0.72);
      return;
    }
    b.curve(b.main, b.between(0.08, 0.14), 0.3, 0.75, 1.05, 0.8, 0.85, b.between(-0.1, 0.3));
    b.ellipse(b.main, 0, 0.42, b.between(0.36, 0.46), 0.5);
    b.ellipse(b.second, -0.16, 0.88, 0.14, 0.09);
    b.ellipse(b.second, 0.16, 0.88, 0.14, 0.09);
    catFace(b, b.between(-0.15, 0.05), -0.35, 0.42);
  }

  private static void catFace(Brush b, double x, double y, double s) {
    for (int side = -1; side <= 1; side += 2) {
      double outer = x + side * 0.95 * s;
      b.polygon(
          b.main, x + side * 0.2 * s, y - 0.7 * s, outer, y - 1.35 * s, x + side * s, y - 0.1 * s);
    }
    b.ellipse(b.main, x, y, s, 0.85 * s);
    b.polygon(PINK, x - 0.12 * s, y + 0.2 * s, x + 0.12 * s, y + 0.2 * s, x, y + 0.36 * s);
    b.eye(x - 0.4 * s, y - 0.12 * s);
    b.eye(x + 0.4 * s, y - 0.12 * s);
    Color whisker = b.chance(0.5) ? Color.WHITE : Color.BLACK;
    for (int side = -1; side <= 1; side += 2) {
      for (double rise = -0.15; rise <= 0.2; rise += 0.15) {
        double tip = x + side * 1.25 * s;
        b.line(whisker, 0.02, x + side * 0.25 * s, y + 0.32 * s, tip, y + (0.32 + rise) * s);
      }
    }
  }

  static void bird(Brush b) {
    b.polygon(b.second, -0.5, 0.1, -1.0, b.between(-0.1, 0.3), -0.9, 0.42, -0.4, 0.3);
    b.line(Color.ORANGE, 0.05, -0.02, 0.5, -0.05, 0.9);
    b.line(Color.ORANGE, 0.05, 0.15, 0.5, 0.15, 0.9);
    b.ellipse(b.main, 0, 0.15, 0.56, b.between(0.34, 0.42), -15);
    b.ellipse(b.main, 0.48, -0.3, 0.27, 0.26);
    b.polygon(Color.ORANGE, 0.7, -0.4, 1.05, -0.25, 0.7, -0.18);
    if (b.chance(0.5)) {
      b.polygon(b.second, -0.25, 0.05, 0.25, 0.0, -0.35, b.between(-0.95, -0.6));
    } else {
      b.ellipse(b.second, -0.12, 0.15, 0.36, 0.18, -25);
    }
    b.eye(0.55, -0.36);
  }

  static void fish(Brush b) {
    double spread = b.between(0.3, 0.48);
    b.polygon(b.second, -0.5, 0, -1.0, -spread, -0.85, 0, -1.0, spread);
    b.polygon(b.second, -0.3, -0.3, 0.05, b.between(-0.75, -0.55), 0.3, -0.3);
    if (b.chance(0.6)) {
      b.polygon(b.second, -0.1, 0.3, 0.05, 0.6, 0.25, 0.3);
    }
    b.ellipse(b.main, 0.12, 0, 0.74, b.between(0.34, 0.46));
    int stripes = b.random.nextInt(3);
    for (int i = 0; i < stripes; i++) {
      double x = -0.2 + i * 0.25;
      b.curve(b.second, 0.07, x, -0.3, x + 0.12, 0, x, 0.3);
    }
    b.curve(b.second, 0.04, 0.45, -0.3, 0.32, 0, 0.45, 0.3);
    b.eye(0.6, -0.1);
  }

  private static void legs(Brush b, double from, double to, double top, double bottom, double w) {
    for (double x : new double[] {from, from + 0.2, to - 0.2, to}) {
      double lean = b.between(-0.12, 0.12);
      b.polygon(b.main, x - w, top, x + w, top, x + w + lean, bottom, x - w + lean, bottom);
    }
  }
}
