package io.vigia.collector.export.prometheus;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import java.math.BigDecimal;
import java.util.Base64;

/**
 * Attribute values and numbers as text. Source: opentelemetry.io, "OpenTelemetry Concepts", mapping
 * of attribute values to non-OTLP protocols: what is nested is JSON (RFC 8259).
 */
final class LabelValues {
  private static final int MAX_DEPTH = 8;

  private LabelValues() {}

  static String text(AnyValue value) {
    return switch (value.kind()) {
      case EMPTY -> "";
      case STRING -> value.bytes().toString();
      case BYTES -> base64(value);
      case DOUBLE -> number(value.doubleValue());
      default -> json(value, 0);
    };
  }

  private static String base64(AnyValue value) {
    return Base64.getEncoder().encodeToString(value.bytes().toByteArray());
  }

  private static String json(AnyValue value, int depth) {
    return switch (value.kind()) {
      case EMPTY -> "null";
      case STRING -> quote(value.bytes().toString());
      case BOOL -> Boolean.toString(value.boolValue());
      case INT -> Long.toString(value.intValue());
      case DOUBLE ->
          Double.isFinite(value.doubleValue())
              ? number(value.doubleValue())
              : '"' + Double.toString(value.doubleValue()) + '"';
      case BYTES -> '"' + base64(value) + '"';
      case ARRAY -> depth < MAX_DEPTH ? array(value, depth) : "[\"…\"]";
      case KVLIST -> depth < MAX_DEPTH ? list(value, depth) : "{\"…\":null}";
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
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
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
