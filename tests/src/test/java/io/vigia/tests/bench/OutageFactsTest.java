package io.vigia.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.bench.OutageFacts.Measured;
import org.junit.jupiter.api.Test;

class OutageFactsTest {
  private static OutagePhase phase(long accepted, double p99, long resident) {
    OutagePhase phase = new OutagePhase();
    phase.add(10, accepted * 10, p99 / 3, p99, resident);
    return phase;
  }

  private static Measured measured(
      OutagePhase away, OutagePhase drain, double drained, long delivered) {
    OutagePhase there = phase(1_000, 5, 100);
    return measured(there, away, drain, drained, delivered, 90_100);
  }

  private static Measured measured(
      OutagePhase there,
      OutagePhase away,
      OutagePhase drain,
      double drained,
      long delivered,
      long taken) {
    return new Measured(
        there, away, drain, 2.0, 50_000, drained, 30, 1_000, 90_000, delivered, taken, 0);
  }

  @Test
  void aGoodOutageHoldsAllFacts() {
    Measured good = measured(phase(1_000, 6, 110), phase(1_000, 19, 120), 2_000, 90_000);
    assertThat(OutageFacts.memoryFlat(good)).isTrue();
    assertThat(OutageFacts.latencyUnchanged(good)).isTrue();
    assertThat(OutageFacts.nothingLost(good)).isTrue();
    assertThat(OutageFacts.newDataTaken(good)).isTrue();
    assertThat(OutageFacts.drainFast(good)).isTrue();
  }

  @Test
  void eachFactIsSeenToFail() {
    OutagePhase good = phase(1_000, 6, 110);
    assertThat(OutageFacts.memoryFlat(measured(phase(1_000, 6, 160), good, 2_000, 90_000)))
        .isFalse();
    assertThat(OutageFacts.latencyUnchanged(measured(good, phase(1_000, 21, 110), 2_000, 90_000)))
        .isFalse();
    assertThat(OutageFacts.nothingLost(measured(good, good, 2_000, 89_999))).isFalse();
    assertThat(OutageFacts.nothingLost(measured(good, good, good, 2_000, 90_000, 89_999)))
        .as("held for delivered, but no backend took it")
        .isFalse();
    assertThat(OutageFacts.newDataTaken(measured(good, phase(900, 6, 110), 2_000, 90_000)))
        .isFalse();
    assertThat(OutageFacts.drainFast(measured(good, good, 1_999, 90_000))).isFalse();
  }

  @Test
  void oneSpoiledStepIsNotThePhase() {
    OutagePhase phase = phase(1_000, 6, 110);
    phase.add(10, 10_000, 2, 500, 110);
    phase.add(10, 10_000, 2, 7, 110);
    assertThat(phase.p99Millis()).isEqualTo(7);
  }
}
