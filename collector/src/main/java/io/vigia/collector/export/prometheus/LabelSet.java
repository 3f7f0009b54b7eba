package io.vigia.collector.export.prometheus;

import io.vigia.collector.otlp.KeyValues;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Labels sorted by name, without the metric's name. No label has an empty value: to Prometheus such
 * a label is not there. Immutable.
 */
final class LabelSet {
  static final LabelSet EMPTY = new LabelSet(new TreeMap<>());

  private final String[] pairs;
  private final int hash;

  LabelSet(Map<String, String> sorted) {
    this.pairs = new String[sorted.size() * 2];
    int i = 0;
    for (Map.Entry<String, String> label : new TreeMap<>(sorted).entrySet()) {
      pairs[i++] = label.getKey();
      pairs[i++] = label.getValue();
    }
    this.hash = Arrays.hashCode(pairs);
  }

  int size() {
    return pairs.length / 2;
  }

  String name(int index) {
    return pairs[2 * index];
  }

  String value(int index) {
    return pairs[2 * index + 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSet set && Arrays.equals(pairs, set.pairs);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return Arrays.toString(pairs);
  }

  /**
   * Adds attributes under their label names; values that meet under one name join with {@code ;}.
   */
  static void addTo(Map<String, String> labels, KeyValues attributes) {
    Map<String, String> byKey = new TreeMap<>(); // joined in the order of the keys
    while (attributes.next()) {
      byKey.put(attributes.key().toString(), LabelValues.text(attributes.value()));
    }
    addTo(labels, byKey);
  }

  static void addTo(Map<String, String> labels, Map<String, String> sortedAttributes) {
    sortedAttributes.forEach(
        (key, value) -> {
          if (!value.isEmpty()) {
            labels.merge(PrometheusNames.label(key), value, (a, b) -> a + ";" + b);
          }
        });
  }
}
