package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Against the real Micrometer, over both of Prometheus' client libraries. */
class MicrometerOwnedTest {

  @Test
  void registryThatMicrometerFillsIsLeftToItsBridge() {
    PrometheusRegistry registry = new PrometheusRegistry();
    isLeftToTheBridge(prometheus(registry), registry);
  }

  @Test
  void simpleclientRegistryThatMicrometerFillsIsLeftToItsBridge() {
    CollectorRegistry registry = new CollectorRegistry();
    isLeftToTheBridge(simpleclient(registry), registry);
  }

  private static void isLeftToTheBridge(MeterRegistry micrometer, Object registry) {
    try (BridgedMicrometer ignored = new BridgedMicrometer(micrometer)) {
      Metrics.counter("owned.orders").increment();
      Metrics.timer("owned.wait").record(Duration.ofSeconds(1));
      Metrics.summary("owned.size").record(1);
      io.micrometer.core.instrument.Counter.builder("owned.read")
          .baseUnit("bytes")
          .register(Metrics.globalRegistry)
          .increment();
      Metrics.gauge("owned.stock", 12);
      Metrics.gauge("owned.info", 1);
      Metrics.gauge("owned.in.total", 1);
      assertThat(MicrometerOwned.collectorsBesides(registry)).isEmpty();
    }
    assertThat(MicrometerOwned.collectorsBesides(registry)).as("without its bridge").isEmpty();
  }

  /** As a server of Ktor has it, and whoever makes one for himself. */
  @Test
  void metersThatTheBridgeDoesNotKnowAreRead() {
    PrometheusRegistry registry = new PrometheusRegistry();
    CollectorRegistry old = new CollectorRegistry();
    prometheus(registry).counter("alone.orders").increment();
    simpleclient(old).counter("alone.orders").increment();
    assertThat(MicrometerOwned.collectorsBesides(registry)).hasSize(1);
    assertThat(MicrometerOwned.collectorsBesides(old)).hasSize(1);
  }

  /** A thread that makes a meter is between the two registries. */
  @Test
  void meterThatIsBeingMadeIsLeftToTheBridgeThatHasItAMomentLater() {
    PrometheusRegistry registry = new PrometheusRegistry();
    MeterRegistry micrometer = prometheus(registry);
    try (BridgedMicrometer bridged = new BridgedMicrometer(micrometer)) {
      micrometer.counter("late.orders").increment();
      bridged.afterTheNextLook(() -> bridged.bridge().counter("late.orders"));
      assertThat(MicrometerOwned.collectorsBesides(registry)).isEmpty();
    }
  }

  private static MeterRegistry prometheus(PrometheusRegistry registry) {
    return new io.micrometer.prometheusmetrics.PrometheusMeterRegistry(
        io.micrometer.prometheusmetrics.PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
  }

  @SuppressWarnings("deprecation") // what applications with simpleclient have
  private static MeterRegistry simpleclient(CollectorRegistry registry) {
    return new io.micrometer.prometheus.PrometheusMeterRegistry(
        io.micrometer.prometheus.PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
  }

  @Test
  void registryOfTheApplicationIsNot() {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder().name("orders").help("Orders").register(registry);
    CollectorRegistry old = new CollectorRegistry();
    Gauge.build("stock", "Stock").register(old);
    assertThat(MicrometerOwned.collectorsBesides(registry)).isNull();
    assertThat(MicrometerOwned.collectorsBesides(old)).isNull();
  }
}
