package io.vigia.agent.extension.metrics;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.boot.AppRegistries;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the application's registries each time metrics are read. A family that is in several
 * registries is given once, that of the oldest registry. A registry that throws costs only itself;
 * one that Micrometer fills is left to upstream's Micrometer bridge. A family has at most so many
 * series; how many were left out is a metric of its own, {@value #LEFT_OUT}.
 */
public final class AppRegistryProducer implements MetricProducer {

  static final String LEFT_OUT = "vigia.agent.series.left_out";

  private static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("io.vigia.agent");

  private final long startEpochNanos = nowEpochNanos();
  private final int maxSeries;
  private final boolean micrometerIsBridged;

  /**
   * @param maxSeries of one family
   */
  public AppRegistryProducer(int maxSeries, boolean micrometerIsBridged) {
    this.maxSeries = maxSeries;
    this.micrometerIsBridged = micrometerIsBridged;
  }

  @Override
  public Collection<MetricData> produce(Resource resource) {
    Map<String, Family> families = new LinkedHashMap<>();
    for (Object registry : AppRegistries.list()) {
      try {
        if (micrometerIsBridged && MicrometerOwned.isOwned(registry)) {
          continue;
        }
        for (Family family : read(registry)) {
          families.putIfAbsent(family.name, family);
        }
      } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
        // the application's own collectors run in there
        continue;
      }
    }
    long now = nowEpochNanos();
    FamilyConverter converter = new FamilyConverter(resource, startEpochNanos, now, maxSeries);
    List<MetricData> metrics = new ArrayList<>();
    families.values().forEach(family -> metrics.addAll(converter.convert(family)));
    List<LongPointData> leftOut = new ArrayList<>();
    converter
        .leftOut()
        .forEach(
            (name, series) ->
                leftOut.add(
                    ImmutableLongPointData.create(
                        startEpochNanos,
                        now,
                        Attributes.of(AttributeKey.stringKey("metric"), name),
                        series)));
    if (!leftOut.isEmpty()) {
      metrics.add(
          ImmutableMetricData.createLongGauge(
              resource,
              SCOPE,
              LEFT_OUT,
              "Series beyond vigia.metrics.max.series that are not sent, by metric",
              "",
              ImmutableGaugeData.create(leftOut)));
    }
    return metrics;
  }

  private static List<Family> read(Object registry) throws ReflectiveOperationException {
    return registry.getClass().getName().equals(CollectorRegistryModule.REGISTRY_1)
        ? PrometheusMetricsReader.read(registry)
        : SimpleclientReader.read(registry);
  }

  private static long nowEpochNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }
}
