package io.vigia.agent.extension.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A registry of Micrometer's that is one of the global ones, beside upstream's bridge. */
final class BridgedMicrometer implements AutoCloseable {

  /** Upstream's is known by its name. */
  private static final class OpenTelemetryMeterRegistry extends SimpleMeterRegistry {
    private final Queue<Runnable> afterLooks = new ArrayDeque<>();

    @Override
    public List<Meter> getMeters() {
      List<Meter> meters = super.getMeters();
      Runnable next = afterLooks.poll();
      if (next != null) {
        next.run();
      }
      return meters;
    }
  }

  private final OpenTelemetryMeterRegistry bridge = new OpenTelemetryMeterRegistry();
  private final MeterRegistry registry;

  BridgedMicrometer(MeterRegistry registry) {
    this.registry = registry;
    Metrics.addRegistry(bridge);
    Metrics.addRegistry(registry);
  }

  MeterRegistry bridge() {
    return bridge;
  }

  /** Runs this when somebody has looked what the bridge has. */
  void afterTheNextLook(Runnable change) {
    bridge.afterLooks.add(change);
  }

  @Override
  public void close() {
    Metrics.removeRegistry(bridge);
    Metrics.removeRegistry(registry);
  }
}
