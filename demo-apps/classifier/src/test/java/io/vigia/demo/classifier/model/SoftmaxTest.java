package io.vigia.demo.classifier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SoftmaxTest {
  @Test
  void logitsBecomeProbabilities() {
    float[] p = Softmax.probabilities(new float[] {0, (float) Math.log(3), 0});

    assertThat(p).containsExactly(new float[] {0.2f, 0.6f, 0.2f}, within(1e-6f));
  }

  @Test
  void probabilitiesStayAsTheyAre() {
    float[] p = {0.25f, 0.75f};

    assertThat(Softmax.probabilities(p)).containsExactly(0.25f, 0.75f);
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    assertThat(Softmax.probabilities(new float[] {1e30f, 0, -1e30f})).containsExactly(1, 0, 0);
  }
}
