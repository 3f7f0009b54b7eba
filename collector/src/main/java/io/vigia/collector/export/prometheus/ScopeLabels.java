package io.vigia.collector.export.prometheus;

import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an instrumentation scope gives to its series. Source: opentelemetry.io, "Prometheus and
 * OpenMetrics Compatibility", Instrumentation Scope.
 */
final class ScopeLabels {
  private static final String PREFIX = "otel_scope_";

  private ScopeLabels() {}

  /**
   * {@code otel_scope_name}, {@code …_version}, {@code …_schema_url} and the scope's attributes.
   */
  static Map<String, String> of(OtlpItems items) {
    Map<String, String> labels = new TreeMap<>();
    Map<String, String> attributes = new TreeMap<>();
    KeyValues own = new KeyValues().reset(items.scope(), OtlpFields.SCOPE_ATTRIBUTES);
    while (own.next()) {
      attributes.put(PREFIX + own.key(), LabelValues.text(own.value()));
    }
    LabelSet.addTo(labels, attributes);
    ProtoReader scope = new ProtoReader().reset(items.scope());
    while (scope.next()) {
      switch (scope.tag()) {
        case OtlpFields.SCOPE_NAME -> put(labels, "name", text(scope));
        case OtlpFields.SCOPE_VERSION -> put(labels, "version", text(scope));
        default -> {}
      }
    }
    put(labels, "schema_url", items.scopeSchemaUrl().toString());
    return labels;
  }

  private static String text(ProtoReader field) {
    return field.slice(new io.vigia.collector.otlp.Slice()).toString();
  }

  private static void put(Map<String, String> labels, String name, String value) {
    if (!value.isEmpty()) {
      labels.put(PREFIX + name, value);
    }
  }
}
