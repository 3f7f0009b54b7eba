package io.vigia.agent.extension.metrics;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.boot.AppRegistries;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the application's registries each time metrics are read. A family that is in several
 * registries is given once, that of the oldest registry. A registry that throws costs only itself.
 */
public final class AppRegistryProducer implements MetricProducer {

  private final long startEpochNanos = nowEpochNanos();

  @Override
  public Collection<MetricData> produce(Resource resource) {
    Map<String, Family> families = new LinkedHashMap<>();
    for (Object registry : AppRegistries.list()) {
      try {
        for (Family family : SimpleclientReader.read(registry)) {
          families.putIfAbsent(family.name, family);
        }
      } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
        // the application's own collectors run in there
        continue;
      }
    }
    FamilyConverter converter = new FamilyConverter(resource, startEpochNanos, nowEpochNanos());
    List<MetricData> metrics = new ArrayList<>();
    families.values().forEach(family -> metrics.addAll(converter.convert(family)));
    return metrics;
  }

  private static long nowEpochNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }
}
