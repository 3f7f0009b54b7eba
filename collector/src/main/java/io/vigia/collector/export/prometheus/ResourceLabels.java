package io.vigia.collector.export.prometheus;

import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.Slice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a resource gives to its series: {@code job} ({@code service.namespace/service.name}) and
 * {@code instance} ({@code service.instance.id}); everything else goes to {@code target_info}, one
 * series per resource. Attributes known at intake count where the resource says nothing.
 */
final class ResourceLabels {
  private static final MetricFamily TARGET_INFO =
      new MetricFamily("target_info", MetricFamily.Type.INFO, "Target metadata", "");
  private static final int MAX_CACHED = 1024;

  /** What is further ahead of its time Prometheus refuses (storage/remote, maxAheadTime). */
  private static final long MAX_AHEAD_MILLIS = 600_000;

  private final byte[] bytes;
  private final Map<String, String> intake;
  private final Map<String, String> identity = new TreeMap<>();
  private final @Nullable LabelSet info;
  private boolean told;
  private long toldMillis;

  private ResourceLabels(Slice resource, Map<String, String> intake) {
    this.bytes = resource.toByteArray();
    this.intake = intake;
    Map<String, String> attributes = new TreeMap<>(intake);
    KeyValues own = new KeyValues().reset(resource, OtlpFields.RESOURCE_ATTRIBUTES);
    while (own.next()) {
      attributes.put(own.key().toString(), LabelValues.text(own.value()));
    }
    String name = remove(attributes, "service.name");
    String namespace = remove(attributes, "service.namespace");
    String instance = remove(attributes, "service.instance.id");
    if (!name.isEmpty()) {
      identity.put("job", namespace.isEmpty() ? name : namespace + "/" + name);
    }
    if (!instance.isEmpty()) {
      identity.put("instance", instance);
    }
    if (identity.isEmpty() || attributes.isEmpty()) {
      info = null; // nothing to join with, or nothing to say
    } else {
      Map<String, String> labels = new TreeMap<>();
      LabelSet.addTo(labels, attributes);
      labels.putAll(identity);
      labels.remove("__name__");
      info = new LabelSet(labels);
    }
  }

  private static String remove(Map<String, String> attributes, String key) {
    String value = attributes.remove(key);
    return value == null ? "" : value;
  }

  /** {@code job} and {@code instance}, as far as known. Not to be changed. */
  Map<String, String> identity() {
    return identity;
  }

  /**
   * The {@code target_info} point, or null when there is nothing to tell or it was told for a later
   * time already: it must not be what is out of order. One that a clock told which was wrong does
   * not count.
   */
  @Nullable MetricPoint info(long timestampMillis) {
    long back = toldMillis - timestampMillis;
    if (info == null || told && back > 0 && back <= MAX_AHEAD_MILLIS) {
      return null;
    }
    told = true;
    toldMillis = timestampMillis;
    return new MetricPoint(
        TARGET_INFO,
        info,
        timestampMillis,
        0,
        false,
        new MetricPoint.Number(1),
        java.util.List.of());
  }

  /** Remembers the resources seen last. Not thread-safe. */
  static final class Cache {
    private final Map<Integer, ResourceLabels> byHash =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, ResourceLabels> eldest) {
            return size() > MAX_CACHED;
          }
        };

    ResourceLabels get(Slice resource, Map<String, String> intake) {
      int hash = resource.contentHash() * 31 + intake.hashCode();
      ResourceLabels cached = byHash.get(hash);
      if (cached == null
          || !resource.contentEquals(cached.bytes)
          || !intake.equals(cached.intake)) {
        cached = new ResourceLabels(resource, intake);
        byHash.put(hash, cached);
      }
      return cached;
    }
  }
}
