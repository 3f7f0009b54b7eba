package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;

/**
 * Writes any {@code AnyValue} as JSON: lists nested, bytes as base64, nothing as null. Below {@link
 * #MAX_DEPTH} stands {@code "…"}. Not thread-safe, reusable.
 */
final class JsonValues {
  static final int MAX_DEPTH = 16;
  private static final byte[] NULL = JsonBuffer.ascii("null");

  private final KeySet keys = new KeySet();
  private final AnyValues[] arrays = new AnyValues[MAX_DEPTH];
  private final KeyValues[] lists = new KeyValues[MAX_DEPTH];

  void write(JsonBuffer out, AnyValue value, int depth) {
    switch (value.kind()) {
      case EMPTY -> out.raw(NULL);
      case STRING -> out.string(value.bytes());
      case BOOL -> out.bool(value.boolValue());
      case INT -> out.number(value.intValue());
      case DOUBLE -> out.number(value.doubleValue());
      case BYTES -> out.base64(value.bytes());
      case ARRAY -> array(out, value, depth);
      case KVLIST -> list(out, value, depth);
    }
  }

  private void array(JsonBuffer out, AnyValue value, int depth) {
    if (depth >= MAX_DEPTH) {
      out.string("…");
      return;
    }
    AnyValues elements = arrays[depth] == null ? (arrays[depth] = new AnyValues()) : arrays[depth];
    elements.reset(value.bytes());
    out.raw('[');
    for (boolean first = true; elements.next(); first = false) {
      if (!first) {
        out.raw(',');
      }
      write(out, elements.value(), depth + 1);
    }
    out.raw(']');
  }

  private void list(JsonBuffer out, AnyValue value, int depth) {
    if (depth >= MAX_DEPTH) {
      out.string("…");
      return;
    }
    KeyValues entries = lists[depth] == null ? (lists[depth] = new KeyValues()) : lists[depth];
    entries.reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    object(out, entries, depth);
  }

  /** An object of attributes; the first of equal keys wins. */
  void object(JsonBuffer out, KeyValues entries, int depth) {
    int from = keys.size();
    out.raw('{');
    boolean first = true;
    while (entries.next()) {
      int start = out.size();
      if (!first) {
        out.raw(',');
      }
      int keyStart = out.size();
      out.string(entries.key());
      if (!keys.add(out.array(), keyStart, out.size() - keyStart, from)) {
        out.truncate(start);
        continue;
      }
      first = false;
      out.raw(':');
      write(out, entries.value(), depth + 1);
    }
    out.raw('}');
    keys.truncate(from);
  }
}
