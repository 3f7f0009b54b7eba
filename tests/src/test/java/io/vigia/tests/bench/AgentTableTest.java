package io.vigia.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.bench.AgentFigures.Figure;
import io.vigia.tests.bench.AgentRun.Variant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentTableTest {

  @Test
  void cellsHaveMedianAndSpreadAndTheLastWhatOursAddsOfWhatUpstreamAdds() {
    AgentTable table = new AgentTable();
    add(table, Variant.NONE, 90, 100, 120);
    add(table, Variant.UPSTREAM, 300, 200, 190);
    add(table, Variant.OURS, 150, 160, 140);
    assertThat(table.markdown("x"))
        .contains(
            "| resident, MB | 100 (90–120) | 200 (190–300) | 150 (140–160) | +100 | +50 | 0.50 |");
  }

  @Test
  void latencyIsSaidInPercentOfWhatItIsWithoutAnAgent() {
    AgentTable table = new AgentTable();
    for (Variant variant : Variant.values()) {
      AgentFigures figures = new AgentFigures();
      figures.put(Figure.P95_MILLIS, 2 + variant.ordinal());
      table.add(variant, figures);
    }
    assertThat(table.markdown("x")).contains("| +50.0 % | +100.0 % | 2.00 |");
  }

  @Test
  void medianOfTwoIsTheirMean() {
    assertThat(AgentTable.median(List.of(4.0, 1.0))).isEqualTo(2.5);
  }

  private static void add(AgentTable table, Variant variant, double... residentMb) {
    for (double value : residentMb) {
      AgentFigures figures = new AgentFigures();
      figures.put(Figure.RESIDENT_MB, value);
      table.add(variant, figures);
    }
  }
}
