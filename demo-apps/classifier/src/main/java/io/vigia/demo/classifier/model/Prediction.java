package io.vigia.demo.classifier.model;

import java.util.Locale;

/**
 * The most probable label of a picture.
 *
 * @param probability 0 to 1, as the model's softmax says
 */
public record Prediction(String label, double probability) {

  /** The answer in words, its wording and two decimals fixed. */
  public String sentence() {
    return String.format(
        Locale.ROOT,
        "The input picture is classified as [%s], with probability %.2f",
        label,
        probability);
  }
}
