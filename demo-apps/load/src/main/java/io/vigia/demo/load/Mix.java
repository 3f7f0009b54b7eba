package io.vigia.demo.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Chooses what the next visitor does. Immutable. */
final class Mix {
  private final double badShare;
  private final double slowShare;
  private final Map<Kind.Group, Kind[]> choices = new EnumMap<>(Kind.Group.class);

  /**
   * @param badShare 0 to 1, of all requests
   * @param slowShare 0 to 1, of all requests
   * @param withClassifier whether the classifier is asked directly too
   */
  Mix(double badShare, double slowShare, boolean withClassifier) {
    if (badShare < 0 || slowShare < 0 || badShare + slowShare > 1) {
      throw new IllegalArgumentException(
          "the shares of bad and slow requests must be 0 to 100 % together");
    }
    this.badShare = badShare;
    this.slowShare = slowShare;
    for (Kind.Group group : Kind.Group.values()) {
      choices.put(
          group,
          java.util.Arrays.stream(Kind.values())
              .filter(kind -> kind.group() == group && (withClassifier || !kind.needsClassifier()))
              .flatMap(kind -> java.util.Collections.nCopies(kind.weight(), kind).stream())
              .toArray(Kind[]::new));
    }
  }

  Kind next(RandomGenerator random) {
    double draw = random.nextDouble();
    if (draw < badShare) {
      return any(Kind.Group.BAD, random);
    }
    return any(draw < badShare + slowShare ? Kind.Group.SLOW : Kind.Group.NORMAL, random);
  }

  private Kind any(Kind.Group group, RandomGenerator random) {
    Kind[] kinds = java.util.Objects.requireNonNull(choices.get(group));
    return kinds[random.nextInt(kinds.length)];
  }
}
