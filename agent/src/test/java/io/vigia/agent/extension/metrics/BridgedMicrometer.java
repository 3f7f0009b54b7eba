package io.vigia.agent.extension.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** A registry of Micrometer's that is one of the global ones, beside upstream's bridge. */
final class BridgedMicrometer implements AutoCloseable {

  /** Upstream's is known by its name. */
  private static final class OpenTelemetryMeterRegistry extends SimpleMeterRegistry {}

  private final MeterRegistry bridge = new OpenTelemetryMeterRegistry();
  private final MeterRegistry registry;

  BridgedMicrometer(MeterRegistry registry) {
    this.registry = registry;
    Metrics.addRegistry(bridge);
    Metrics.addRegistry(registry);
  }

  @Override
  public void close() {
    Metrics.removeRegistry(bridge);
    Metrics.removeRegistry(registry);
  }
}
