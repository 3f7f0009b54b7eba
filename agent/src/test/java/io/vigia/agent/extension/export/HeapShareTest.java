package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapShareTest {

  @ParameterizedTest
  @CsvSource({"256, 8", "128, 8", "64, 4", "32, 2", "8, 1"})
  void smallHeapHoldsLess(long heapMegabytes, long megabytes) {
    assertThat(HeapShare.atMost(8 << 20, heapMegabytes << 20)).isEqualTo(megabytes << 20);
  }
}
