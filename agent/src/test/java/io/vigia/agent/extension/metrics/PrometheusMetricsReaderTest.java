package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StateSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the real prometheus-metrics 1.x. */
class PrometheusMetricsReaderTest {

  private final PrometheusRegistry registry = new PrometheusRegistry();

  @Test
  void stateSetHasOneSeriesForEachState() throws Exception {
    StateSet door =
        StateSet.builder()
            .name("door")
            .help("Door")
            .labelNames("house")
            .states("open", "shut")
            .register(registry);
    door.labelValues("7").setTrue("shut");
    assertThat(only().getDoubleGaugeData().getPoints())
        .allMatch(point -> "7".equals(point.getAttributes().get(AttributeKey.stringKey("house"))))
        .extracting(
            point ->
                point.getAttributes().get(AttributeKey.stringKey("door")) + " " + point.getValue())
        .containsExactlyInAnyOrder("open 0.0", "shut 1.0");
  }

  @Test
  void histogramThatIsNativeOnlyKeepsCountAndSum() throws Exception {
    Histogram size = Histogram.builder().name("size").help("Size").nativeOnly().register(registry);
    size.observe(2);
    size.observe(3);
    HistogramPointData point = only().getHistogramData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(2);
    assertThat(point.getSum()).isEqualTo(5);
  }

  private MetricData only() throws ReflectiveOperationException {
    FamilyConverter converter = new FamilyConverter(Resource.empty(), 1, 2, 100);
    List<MetricData> metrics =
        PrometheusMetricsReader.read(registry).stream()
            .flatMap(family -> converter.convert(family).stream())
            .toList();
    assertThat(metrics).hasSize(1);
    return metrics.get(0);
  }
}
