package io.vigia.demo.classifier.model;

/** From what a model answers to probabilities. */
final class Softmax {
  private static final double ROUNDING = 1e-3;

  private Softmax() {}

  /** The scores themselves if they already are probabilities, their softmax if they are logits. */
  static float[] probabilities(float[] scores) {
    if (areProbabilities(scores)) {
      return scores;
    }
    float highest = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      highest = Math.max(highest, score);
    }
    double sum = 0;
    double[] powers = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      powers[i] = Math.exp(scores[i] - highest); // no overflow, same quotient
      sum += powers[i];
    }
    float[] probabilities = new float[scores.length];
    for (int i = 0; i < scores.length; i++) {
      probabilities[i] = (float) (powers[i] / sum);
    }
    return probabilities;
  }

  private static boolean areProbabilities(float[] scores) {
    double sum = 0;
    for (float score : scores) {
      if (score < 0 || score > 1) {
        return false;
      }
      sum += score;
    }
    return Math.abs(sum - 1) < ROUNDING;
  }
}
