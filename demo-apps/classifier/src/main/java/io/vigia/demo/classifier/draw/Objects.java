package io.vigia.demo.classifier.draw;

import java.awt.Color;

/** What people build or plant. */
final class Objects {
  private static final Color GLASS = new Color(170, 210, 235);
  private static final Color WOOD = new Color(110, 75, 45);

  private Objects() {}

  static void car(Brush b) {
    double roof = b.between(-0.5, -0.35);
    b.polygon(b.main, -0.6, 0.0, -0.38, roof, 0.25, roof, 0.58, 0.0);
    b.polygon(GLASS, -0.48, -0.03, -0.33, roof + 0.08, -0.08, roof + 0.08, -0.08, -0.03);
    b.polygon(GLASS, 0.0, -0.03, 0.0, roof + 0.08, 0.22, roof + 0.08, 0.44, -0.03);
    b.polygon(b.main, -0.95, 0.0, 0.6, -0.05, 0.95, 0.1, 0.95, 0.38, -0.95, 0.38);
    double wheel = b.between(0.18, 0.24);
    for (double x : new double[] {-0.52, 0.52}) {
      b.ellipse(new Color(25, 25, 25), x, 0.4, wheel, wheel);
      b.ellipse(Color.LIGHT_GRAY, x, 0.4, wheel * 0.45, wheel * 0.45);
    }
    b.ellipse(Color.YELLOW, 0.88, 0.12, 0.06, 0.06);
  }

  static void house(Brush b) {
    double eaves = b.between(-0.25, -0.05);
    double half = b.between(0.6, 0.75);
    if (b.chance(0.6)) {
      b.rectangle(b.second.darker(), 0.3, -0.75, 0.48, eaves);
    }
    b.rectangle(b.main, -half, eaves, half, 0.85);
    double ridge = b.chance(0.6) ? 0 : 0.35;
    double top = b.between(-0.9, -0.7);
    b.polygon(b.second, -half - 0.15, eaves, -ridge, top, ridge, top, half + 0.15, eaves);
    double door = b.between(-0.3, 0.3);
    b.rectangle(WOOD, door - 0.13, 0.3, door + 0.13, 0.85);
    for (double x : new double[] {-0.45, 0.45}) {
      if (Math.abs(x - door) > 0.28) {
        b.rectangle(GLASS, x - 0.13, 0.1, x + 0.13, 0.4);
        b.line(Color.WHITE, 0.03, x, 0.1, x, 0.4);
        b.line(Color.WHITE, 0.03, x - 0.13, 0.25, x + 0.13, 0.25);
      }
    }
  }

  static void tree(Brush b) {
    Color leaves = new Color(20 + b.random.nextInt(60), 90 + b.random.nextInt(110), 30);
    double trunk = b.between(0.08, 0.15);
    b.polygon(WOOD, -trunk, 0.1, trunk, 0.1, trunk * 1.4, 0.95, -trunk * 1.4, 0.95);
    if (b.chance(0.5)) {
      for (double y = 0.45; y > -0.6; y -= 0.4) {
        double half = 0.35 + 0.3 * (y + 0.4);
        b.polygon(leaves, -half, y, 0, y - 0.65, half, y);
      }
    } else {
      int bunches = 4 + b.random.nextInt(4);
      for (int i = 0; i < bunches; i++) {
        double angle = 2 * Math.PI * i / bunches;
        double x = 0.34 * Math.cos(angle);
        double y = -0.3 + 0.3 * Math.sin(angle);
        b.ellipse(leaves, x, y, b.between(0.28, 0.38), b.between(0.28, 0.36));
      }
      b.ellipse(leaves, 0, -0.3, 0.36, 0.36);
    }
  }

  static void flower(Brush b) {
    Color green = new Color(40, 130 + b.random.nextInt(70), 40);
    b.curve(green, b.between(0.06, 0.1), 0, -0.3, b.between(-0.2, 0.2), 0.4, 0, 0.95);
    b.ellipse(green, 0.2, 0.55, 0.22, 0.09, -30);
    b.ellipse(green, -0.2, 0.65, 0.22, 0.09, 30);
    int petals = 5 + b.random.nextInt(4);
    double start = b.between(0, 360);
    for (int i = 0; i < petals; i++) {
      double degrees = start + 360.0 * i / petals;
      double x = 0.34 * Math.cos(Math.toRadians(degrees));
      double y = -0.35 + 0.34 * Math.sin(Math.toRadians(degrees));
      b.ellipse(b.main, x, y, 0.26, b.between(0.13, 0.17), degrees);
    }
    b.ellipse(b.chance(0.6) ? Color.YELLOW : b.second, 0, -0.35, 0.18, 0.18);
  }

  static void boat(Brush b) {
    b.line(WOOD, 0.06, 0, 0.4, 0, -0.95);
    double boom = b.between(0.2, 0.3);
    b.polygon(b.second, 0.05, -0.9, b.between(0.6, 0.8), boom, 0.05, boom);
    b.polygon(b.chance(0.5) ? Color.WHITE : b.second, -0.06, -0.75, -0.55, boom, -0.06, boom);
    b.polygon(b.main, -0.9, 0.35, 0.95, 0.35, 0.6, 0.75, -0.6, 0.75);
    Color water = new Color(50, 110, 180);
    for (double y = 0.8; y < 1; y += 0.12) {
      b.curve(water, 0.05, -0.9, y, -0.3, y - 0.1, 0.1, y);
      b.curve(water, 0.05, 0.1, y, 0.5, y - 0.1, 0.9, y);
    }
  }

  static void plane(Brush b) {
    b.polygon(b.second, -0.8, -0.1, -0.98, b.between(-0.6, -0.45), -0.75, -0.5, -0.5, -0.12);
    b.polygon(b.second, 0.15, -0.05, -0.2, -0.55, -0.02, -0.55, 0.4, -0.05);
    b.ellipse(b.main, 0, 0, 0.95, b.between(0.14, 0.2));
    b.polygon(b.second, 0.2, 0.05, -0.35, b.between(0.55, 0.75), -0.12, 0.65, 0.45, 0.05);
    for (double x = -0.45; x < 0.6; x += 0.2) {
      b.ellipse(GLASS, x, -0.05, 0.04, 0.04);
    }
    b.polygon(GLASS, 0.72, -0.12, 0.9, -0.04, 0.72, -0.02);
  }
}
