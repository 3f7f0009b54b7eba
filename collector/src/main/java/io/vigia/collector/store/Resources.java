package io.vigia.collector.store;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.otlp.JsonText;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.Slice;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Turns {@code Resource} messages, merged with what the envelope knows, into dictionary entries.
 * Not thread-safe.
 */
final class Resources {
  static final String UNKNOWN_SERVICE = "unknown_service";
  private static final int MAX_CACHED = 1024;

  /** A dictionary entry. */
  record Info(long id, String service, String attributes) {}

  private final KeyValues attributes = new KeyValues();
  private final JsonText json = new JsonText();
  private final Map<Long, Info> cache =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Info> eldest) {
          return size() > MAX_CACHED;
        }
      };

  Info of(Slice resource, Envelope envelope) {
    long key =
        Hash64.of(
            envelope.attributes().hashCode(),
            resource.array(),
            resource.offset(),
            resource.length());
    return cache.computeIfAbsent(key, k -> read(resource, envelope));
  }

  private Info read(Slice resource, Envelope envelope) {
    String service = "";
    Set<String> own = new HashSet<>();
    json.clear().raw('{');
    attributes.reset(resource, OtlpFields.RESOURCE_ATTRIBUTES);
    while (attributes.next()) {
      String name = attributes.key().toString();
      if (!own.add(name)) {
        continue;
      }
      if (name.equals("service.name")) {
        service = attributes.value().bytes().toString();
      }
      separate().string(attributes.key()).raw(':').value(attributes.value());
    }
    for (Map.Entry<String, String> known : envelope.attributes().entrySet()) {
      if (!own.contains(known.getKey())) {
        separate().string(known.getKey()).raw(':').string(known.getValue());
        if (known.getKey().equals("service.name")) {
          service = known.getValue();
        }
      }
    }
    json.raw('}');
    return new Info(
        Hash64.of(0, json.buffer(), 0, json.size()),
        service.isEmpty() ? UNKNOWN_SERVICE : service,
        json.toString());
  }

  private JsonText separate() {
    return json.size() > 1 ? json.raw(',') : json;
  }
}
