package io.vigia.collector.export.otlp;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.JsonText;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;

/**
 * Writes Jaeger's {@code KeyValue}s; lists and maps as JSON text. Source: jaeger-idl, {@code
 * api_v2/model.proto}. Not thread-safe.
 */
final class JaegerTags {
  private static final int KEY = JaegerSpans.len(1);
  private static final int TYPE = JaegerSpans.varint(2);
  private static final int STRING = JaegerSpans.len(3);
  private static final int BOOL = JaegerSpans.varint(4);
  private static final int INT64 = JaegerSpans.varint(5);
  private static final int FLOAT64 = 6 << 3 | ProtoReader.FIXED64;
  private static final int BINARY = JaegerSpans.len(7);
  private static final int TYPE_BOOL = 1;
  private static final int TYPE_INT64 = 2;
  private static final int TYPE_FLOAT64 = 3;
  private static final int TYPE_BINARY = 4;

  private final ProtoWriter out;
  private final JsonText json = new JsonText();

  JaegerTags(ProtoWriter out) {
    this.out = out;
  }

  /** The current attribute, in a field of the message that is being written. */
  void attribute(int field, KeyValues attributes) {
    int begun = out.begin(field);
    out.bytes(KEY, attributes.key());
    AnyValue value = attributes.value();
    switch (value.kind()) {
      case EMPTY -> {}
      case STRING -> out.bytes(STRING, value.bytes());
      case BOOL -> {
        out.varint(TYPE, TYPE_BOOL);
        out.bool(BOOL, value.boolValue());
      }
      case INT -> {
        out.varint(TYPE, TYPE_INT64);
        out.varint(INT64, value.intValue());
      }
      case DOUBLE -> {
        out.varint(TYPE, TYPE_FLOAT64);
        out.doubleValue(FLOAT64, value.doubleValue());
      }
      case BYTES -> {
        out.varint(TYPE, TYPE_BINARY);
        out.bytes(BINARY, value.bytes());
      }
      case ARRAY, KVLIST -> out.string(STRING, json.clear().value(value).toString());
    }
    out.end(begun);
  }

  /** Nothing when the value is empty. */
  void text(int field, String key, Slice value) {
    if (!value.isEmpty()) {
      int begun = out.begin(field);
      out.string(KEY, key);
      out.bytes(STRING, value);
      out.end(begun);
    }
  }

  void text(int field, String key, String value) {
    int begun = out.begin(field);
    out.string(KEY, key);
    out.string(STRING, value);
    out.end(begun);
  }

  void number(int field, String key, long value) {
    int begun = out.begin(field);
    out.string(KEY, key);
    out.varint(TYPE, TYPE_INT64);
    out.varint(INT64, value);
    out.end(begun);
  }

  /** True. */
  void flag(int field, String key) {
    int begun = out.begin(field);
    out.string(KEY, key);
    out.varint(TYPE, TYPE_BOOL);
    out.bool(BOOL, true);
    out.end(begun);
  }
}
