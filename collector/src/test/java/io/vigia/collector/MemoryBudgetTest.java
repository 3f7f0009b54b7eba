package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final long MIB = 1 << 20;
  private static final MemoryBudget BUDGET =
      new MemoryBudget(
          List.of(
              new MemoryBudget.Part("receivers", "receivers.memory", false, 36 * MIB, () -> 5),
              new MemoryBudget.Part("staging", "", true, 16 * MIB, () -> 7),
              new MemoryBudget.Part(
                  "destinations.es", "destinations.es.batch", false, 24 * MIB, null)));

  @Test
  void whatFitsIsNotComplainedOf() {
    assertThat(BUDGET.complaint(60 * MIB, 16 * MIB)).isNull();
    assertThat(BUDGET.complaint(60 * MIB, 0)).as("nobody knows how much there is").isNull();
  }

  @Test
  void whatDoesNotFitIsToldInOneLineWithItsSettings() {
    assertThat(BUDGET.complaint(60 * MIB - 1, 16 * MIB))
        .isEqualTo(
            "the memory that may be needed at once, 60MiB (receivers.memory 36MiB,"
                + " destinations.es.batch 24MiB), does not fit in the heap of 60MiB; lower these"
                + " or raise -Xmx");
    assertThat(BUDGET.complaint(10 * MIB, 8 * MIB))
        .contains("staging 16MiB", "direct memory of 8MiB", "-XX:MaxDirectMemorySize")
        .doesNotContain("\n");
  }

  @Test
  void limitsAndUseAreMetrics() {
    PrometheusRegistry registry = new PrometheusRegistry();
    MemoryBudget.show(registry, () -> BUDGET);
    assertThat(values(registry, "vigia_memory_budget_bytes"))
        .isEqualTo(
            Map.of("receivers", 36.0 * MIB, "staging", 16.0 * MIB, "destinations.es", 24.0 * MIB));
    assertThat(values(registry, "vigia_memory_used_bytes"))
        .isEqualTo(Map.of("receivers", 5.0, "staging", 7.0));
  }

  private static Map<String, Double> values(PrometheusRegistry registry, String name) {
    Map<String, Double> values = new TreeMap<>();
    for (MetricSnapshot metric : registry.scrape()) {
      if (metric.getMetadata().getName().equals(name)) {
        for (DataPointSnapshot point : metric.getDataPoints()) {
          values.put(
              String.valueOf(point.getLabels().get("part")),
              ((GaugeDataPointSnapshot) point).getValue());
        }
      }
    }
    return values;
  }
}
