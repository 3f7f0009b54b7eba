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
import io.vigia.agent.boot.Console;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Collects the application's registries each time metrics are read. A series that is in several
 * registries is given once, as the newest one has it: the oldest may be of an application that was
 * replaced. A collector that throws and a family that is none cost only themselves; what of a
 * registry Micrometer fills is left to upstream's Micrometer bridge. A family has at most so many
 * series; how many were left out is a metric of its own, {@value #LEFT_OUT}.
 */
public final class AppRegistryProducer implements MetricProducer {

  static final String LEFT_OUT = "vigia.agent.series.left_out";

  private static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("io.vigia.agent");

  private final StartTime start = StartTime.now();
  private final int maxSeries;
  private final boolean micrometerIsBridged;
  private final PatientReading<List<Family>> reading;
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * @param maxSeries of one family
   */
  public AppRegistryProducer(int maxSeries, boolean micrometerIsBridged) {
    this(maxSeries, micrometerIsBridged, PatientReading.MILLIS);
  }

  AppRegistryProducer(int maxSeries, boolean micrometerIsBridged, int millis) {
    this.maxSeries = maxSeries;
    this.micrometerIsBridged = micrometerIsBridged;
    this.reading = new PatientReading<>(this::read, millis);
  }

  @Override
  public Collection<MetricData> produce(Resource resource) {
    List<MetricData> metrics = new ArrayList<>();
    List<Family> families = AppRegistries.list().isEmpty() ? null : reading.get();
    if (families == null) {
      return metrics;
    }
    long now = nowEpochNanos();
    long startEpochNanos = start.before(now);
    FamilyConverter converter = new FamilyConverter(resource, startEpochNanos, now, maxSeries);
    for (Family family : families) {
      try {
        metrics.addAll(converter.convert(family));
      } catch (RuntimeException e) {
        failed("metric " + family.name, e);
      }
    }
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

  private List<Family> read() {
    Map<String, Family> families = new LinkedHashMap<>();
    List<Object> registries = AppRegistries.list();
    for (int i = registries.size() - 1; i >= 0; i--) {
      try {
        for (Family family : read(registries.get(i))) {
          families.merge(family.name, family, Family::and);
        }
      } catch (Throwable e) { // the application's own collectors run in there
        failed("a registry", e);
      }
    }
    return new ArrayList<>(families.values());
  }

  private List<Family> read(Object registry) throws ReflectiveOperationException {
    boolean isNew = isOf(CollectorRegistryModule.REGISTRY_1, registry);
    List<Object> others = micrometerIsBridged ? MicrometerOwned.collectorsBesides(registry) : null;
    if (others == null) {
      try {
        return isNew ? PrometheusMetricsReader.read(registry) : SimpleclientReader.read(registry);
      } catch (Throwable e) { // of one collector, and the client library gives nothing of any
        others = MicrometerOwned.collectors(registry);
        if (others.isEmpty()) {
          throw e;
        }
      }
    }
    List<Family> families = new ArrayList<>();
    for (Object collector : others) {
      try {
        families.addAll(
            isNew
                ? PrometheusMetricsReader.readCollector(collector)
                : SimpleclientReader.readCollector(collector));
      } catch (Throwable e) {
        failed("a collector", e);
      }
    }
    return families;
  }

  private static boolean isOf(String className, Object object) {
    for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(className)) {
        return true;
      }
    }
    return false;
  }

  /** The first one is said, without its message, which is the application's. */
  private void failed(String what, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (!failed.getAndSet(true)) {
      Console.say(
          what
              + " of the application's Prometheus client is left out, it cannot be read: "
              + cause.getClass().getName());
    }
    Console.debug(() -> what + " cannot be read: " + cause);
  }

  private static long nowEpochNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }
}
