package io.vigia.agent.extension.metrics;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Shipping;

/**
 * Upstream's Prometheus endpoint, which may fail: its port is in use by the process that started
 * this one with the same environment, say. Upstream would then do without everything.
 */
public final class PrometheusEndpoint implements ConfigurableMetricReaderProvider {

  private static final String UPSTREAM =
      "io.opentelemetry.exporter.prometheus.internal.PrometheusMetricReaderProvider";

  @Override
  public MetricReader createMetricReader(ConfigProperties config) {
    try {
      return ((ConfigurableMetricReaderProvider)
              Class.forName(UPSTREAM).getDeclaredConstructor().newInstance())
          .createMetricReader(config);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      String why = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
      Console.say("no Prometheus endpoint, everything else works: " + e.getMessage() + why);
      return new Absent();
    }
  }

  @Override
  public String getName() {
    return Shipping.PROMETHEUS_ENDPOINT;
  }

  /** Reads nothing, and has nothing counted for it. */
  private static final class Absent implements MetricReader {
    @Override
    public void register(CollectionRegistration registration) {
      // never read
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
      return Aggregation.drop();
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
