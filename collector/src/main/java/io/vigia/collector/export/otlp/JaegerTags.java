package io.vigia.collector.export.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
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
  private static final int MAX_DEPTH = 16;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ProtoWriter out;

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
      case ARRAY, KVLIST -> out.string(STRING, json(value, 0).toString());
    }
    out.end(begun);
  }

  private static JsonNode json(AnyValue value, int depth) {
    return switch (value.kind()) {
      case EMPTY -> JSON.nullNode();
      case STRING -> JSON.textNode(value.bytes().toString());
      case BOOL -> JSON.booleanNode(value.boolValue());
      case INT -> JSON.numberNode(value.intValue());
      case DOUBLE ->
          Double.isFinite(value.doubleValue())
              ? JSON.numberNode(value.doubleValue())
              : JSON.textNode(Double.toString(value.doubleValue()));
      case BYTES -> JSON.binaryNode(value.bytes().toByteArray());
      case ARRAY -> depth >= MAX_DEPTH ? JSON.textNode("…") : array(value, depth + 1);
      case KVLIST -> depth >= MAX_DEPTH ? JSON.textNode("…") : object(value, depth + 1);
    };
  }

  private static ArrayNode array(AnyValue value, int depth) {
    ArrayNode array = JSON.arrayNode();
    AnyValues elements = new AnyValues().reset(value.bytes());
    while (elements.next()) {
      array.add(json(elements.value(), depth));
    }
    return array;
  }

  private static ObjectNode object(AnyValue value, int depth) {
    ObjectNode object = JSON.objectNode();
    KeyValues entries = new KeyValues().reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    while (entries.next()) {
      object.set(entries.key().toString(), json(entries.value(), depth));
    }
    return object;
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
