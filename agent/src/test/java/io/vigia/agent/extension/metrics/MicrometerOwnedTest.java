package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Clock;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

/** Against the real Micrometer, over both of Prometheus' client libraries. */
class MicrometerOwnedTest {

  @Test
  void registryThatMicrometerFillsIsLeftToItsBridge() {
    PrometheusRegistry registry = new PrometheusRegistry();
    new io.micrometer.prometheusmetrics.PrometheusMeterRegistry(
            io.micrometer.prometheusmetrics.PrometheusConfig.DEFAULT, registry, Clock.SYSTEM)
        .counter("orders")
        .increment();
    assertThat(MicrometerOwned.isOwned(registry)).isTrue();
  }

  @Test
  @SuppressWarnings("deprecation") // what applications with simpleclient have
  void simpleclientRegistryThatMicrometerFillsIsLeftToItsBridge() {
    CollectorRegistry registry = new CollectorRegistry();
    new io.micrometer.prometheus.PrometheusMeterRegistry(
            io.micrometer.prometheus.PrometheusConfig.DEFAULT, registry, Clock.SYSTEM)
        .counter("orders")
        .increment();
    assertThat(MicrometerOwned.isOwned(registry)).isTrue();
  }

  @Test
  void registryOfTheApplicationIsNot() {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder().name("orders").help("Orders").register(registry);
    CollectorRegistry old = new CollectorRegistry();
    Gauge.build("stock", "Stock").register(old);
    assertThat(MicrometerOwned.isOwned(registry)).isFalse();
    assertThat(MicrometerOwned.isOwned(old)).isFalse();
  }
}
