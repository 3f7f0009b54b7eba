package io.vigia.demo.classifier.draw;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What the artist can draw, and so what the default model tells apart; the order is the label's.
 */
public enum Thing {
  BIRD(Animals::bird),
  BOAT(Objects::boat),
  CAR(Objects::car),
  CAT(Animals::cat),
  DOG(Animals::dog),
  FISH(Animals::fish),
  FLOWER(Objects::flower),
  HOUSE(Objects::house),
  PLANE(Objects::plane),
  TREE(Objects::tree);

  private final Consumer<Brush> figure;

  Thing(Consumer<Brush> figure) {
    this.figure = figure;
  }

  /** Draws the figure into the square from -1 to 1, y downwards. */
  void draw(Brush brush) {
    figure.accept(brush);
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
