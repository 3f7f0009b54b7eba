package io.vigia.demo.classifier.draw;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the artist can draw, and so what the default model tells apart; the order is the label's.
 */
public enum Thing {
  BIRD,
  BOAT,
  CAR,
  CAT,
  DOG,
  FISH,
  FLOWER,
  HOUSE,
  PLANE,
  TREE;

  /** Draws the figure into the square from -1 to 1, y downwards. */
  void draw(Brush brush) {
    switch (this) {
      case BIRD -> Animals.bird(brush);
      case BOAT -> Objects.boat(brush);
      case CAR -> Objects.car(brush);
      case CAT -> Animals.cat(brush);
      case DOG -> Animals.dog(brush);
      case FISH -> Animals.fish(brush);
      case FLOWER -> Objects.flower(brush);
      case HOUSE -> Objects.house(brush);
      case PLANE -> Objects.plane(brush);
      case TREE -> Objects.tree(brush);
    }
  }

  /** The label in answers: {@code dog}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All labels, for people: {@code bird, boat, car, …}. */
  public static String labels() {
    return Arrays.stream(values()).map(Thing::label).collect(Collectors.joining(", "));
  }

  /** The thing of a label, whatever its case; empty if nobody taught the artist that one. */
  public static Optional<Thing> ofLabel(String label) {
    return Arrays.stream(values()).filter(t -> t.label().equalsIgnoreCase(label)).findFirst();
  }
}
