package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  @Test
  void samplesAreFoundByNameAndLabels() {
    Exposition read =
        Exposition.parse(
            """
            # HELP a_total x
            # TYPE a_total counter
            a_total{d="x",s="logs, {all}"} 3.0
            a_total{d="y",s="logs"} 4 1700000000000
            b +Inf
            """);
    assertThat(read.sum("a_total")).isEqualTo(7);
    assertThat(read.sum("a_total", "d", "y")).isEqualTo(4);
    assertThat(read.samples("a_total", "d", "x"))
        .extracting(Exposition.Sample::labels)
        .containsExactly(Map.of("d", "x", "s", "logs, {all}"));
    assertThat(read.sum("b")).isInfinite();
    assertThat(read.samples("none")).isEmpty();
  }
}
