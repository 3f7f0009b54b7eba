package io.vigia.collector.export.file;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import java.util.Base64;

/** Values as text that stays on its line and moves no cursor of a terminal. */
final class Text {
  private static final int MAX_DEPTH = 24;

  private Text() {}

  static String of(AnyValue value) {
    StringBuilder out = new StringBuilder();
    append(out, value, 0);
    return out.toString();
  }

  private static void append(StringBuilder out, AnyValue value, int depth) {
    switch (value.kind()) {
      case EMPTY -> out.append("null");
      case STRING -> out.append(value.bytes());
      case BOOL -> out.append(value.boolValue());
      case INT -> out.append(value.intValue());
      case DOUBLE -> out.append(value.doubleValue());
      case BYTES -> out.append(Base64.getEncoder().encodeToString(value.bytes().toByteArray()));
      case ARRAY -> array(out, value, depth + 1);
      case KVLIST -> map(out, value, depth + 1);
    }
  }

  private static void array(StringBuilder out, AnyValue value, int depth) {
    if (depth > MAX_DEPTH) {
      out.append("[…]");
      return;
    }
    AnyValues elements = new AnyValues().reset(value.bytes());
    String separator = "[";
    while (elements.next()) {
      out.append(separator);
      append(out, elements.value(), depth);
      separator = ", ";
    }
    out.append(separator.equals("[") ? "[]" : "]");
  }

  private static void map(StringBuilder out, AnyValue value, int depth) {
    if (depth > MAX_DEPTH) {
      out.append("{…}");
      return;
    }
    KeyValues entries = new KeyValues().reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    String separator = "{";
    while (entries.next()) {
      out.append(separator).append(entries.key()).append('=');
      append(out, entries.value(), depth);
      separator = ", ";
    }
    out.append(separator.equals("{") ? "{}" : "}");
  }

  static String line(String text) {
    return line(new StringBuilder(), text).toString();
  }

  /** Control characters and line ends are written as in Java source. */
  static StringBuilder line(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out;
  }

  /** In quotes when it has blanks. */
  static void quoted(StringBuilder out, String text) {
    boolean quotes = text.isEmpty() || text.indexOf(' ') >= 0 || text.indexOf('"') >= 0;
    if (quotes) {
      line(out.append('"'), text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    } else {
      line(out, text);
    }
  }
}
