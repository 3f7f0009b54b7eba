package io.vigia.collector.export.prometheus;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import java.math.BigDecimal;
import java.util.Base64;

/** Attribute values and numbers as text. */
final class LabelValues {
  private static final int MAX_DEPTH = 8;

  private LabelValues() {}

  static String text(AnyValue value) {
    return value.kind() == AnyValue.Kind.STRING ? value.bytes().toString() : json(value, 0);
  }

  private static String json(AnyValue value, int depth) {
    return switch (value.kind()) {
      case EMPTY -> "";
      case STRING -> quote(value.bytes().toString());
      case BOOL -> Boolean.toString(value.boolValue());
      case INT -> Long.toString(value.intValue());
      case DOUBLE -> number(value.doubleValue());
      case BYTES -> Base64.getEncoder().encodeToString(value.bytes().toByteArray());
      case ARRAY -> depth < MAX_DEPTH ? array(value, depth) : "[…]";
      case KVLIST -> depth < MAX_DEPTH ? list(value, depth) : "{…}";
    };
  }

  private static String array(AnyValue value, int depth) {
    StringBuilder out = new StringBuilder("[");
    AnyValues elements = new AnyValues().reset(value.bytes());
    while (elements.next()) {
      out.append(out.length() > 1 ? "," : "").append(json(elements.value(), depth + 1));
    }
    return out.append(']').toString();
  }

  private static String list(AnyValue value, int depth) {
    StringBuilder out = new StringBuilder("{");
    KeyValues entries = new KeyValues().reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    while (entries.next()) {
      out.append(out.length() > 1 ? "," : "")
          .append(quote(entries.key().toString()))
          .append(':')
          .append(json(entries.value(), depth + 1));
    }
    return out.append('}').toString();
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** As Prometheus writes numbers in {@code le} and {@code quantile}: {@code 0.005}, {@code 10}. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
