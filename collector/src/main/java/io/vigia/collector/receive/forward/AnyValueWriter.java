package io.vigia.collector.receive.forward;

import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Utf8;

/** Writes MessagePack values as OTLP {@code AnyValue}s, keeping their types. */
final class AnyValueWriter {
  /** OTLP readers allow 100 messages in each other, three for each level here. */
  private static final int MAX_DEPTH = 24;

  private final MsgPackReader in;
  private final ProtoWriter out;

  AnyValueWriter(MsgPackReader in, ProtoWriter out) {
    this.in = in;
    this.out = out;
  }

  /** Writes the next value of the input into field {@code tag}. */
  void value(int tag) {
    in.next();
    value(tag, 0);
  }

  /** Writes a {@code KeyValue} whose key and value are the next two of the input. */
  void keyValue(int tag) {
    in.next();
    keyValue(tag, 0);
  }

  /** Writes a {@code KeyValue} with this key and the next value of the input. */
  void keyValue(int tag, byte[] key, int keyOffset, int keyLength) {
    int keyValue = out.begin(tag);
    out.text(OtlpFields.KEY_VALUE_KEY, key, keyOffset, keyLength);
    in.next();
    value(OtlpFields.KEY_VALUE_VALUE, 0);
    out.end(keyValue);
  }

  private void keyValue(int tag, int depth) {
    int keyValue = out.begin(tag);
    key();
    in.next();
    value(OtlpFields.KEY_VALUE_VALUE, depth);
    out.end(keyValue);
  }

  /** Keys should be strings; a number is written in decimal, anything else is no key. */
  private void key() {
    switch (in.type()) {
      case STRING, BINARY ->
          out.text(OtlpFields.KEY_VALUE_KEY, in.array(), in.offset(), in.length());
      case INT -> out.string(OtlpFields.KEY_VALUE_KEY, Long.toString(in.longValue()));
      default -> in.skipRest();
    }
  }

  private void value(int tag, int depth) {
    // Ruby writes strings without an encoding as binary; most are text
    if (in.isText() && Utf8.isValid(in.array(), in.offset(), in.length())) {
      out.bytesIn(tag, OtlpFields.ANY_VALUE_STRING_VALUE, in.array(), in.offset(), in.length());
      return;
    }
    int any = out.begin(tag);
    switch (in.type()) {
      case NIL -> {}
      case BOOL -> out.bool(OtlpFields.ANY_VALUE_BOOL_VALUE, in.boolValue());
      case INT -> out.varint(OtlpFields.ANY_VALUE_INT_VALUE, in.longValue());
      case BIG_INT ->
          out.string(OtlpFields.ANY_VALUE_STRING_VALUE, Long.toUnsignedString(in.longValue()));
      case FLOAT -> out.doubleValue(OtlpFields.ANY_VALUE_DOUBLE_VALUE, in.doubleValue());
      case STRING ->
          out.text(OtlpFields.ANY_VALUE_STRING_VALUE, in.array(), in.offset(), in.length());
      case BINARY ->
          out.bytes(OtlpFields.ANY_VALUE_BYTES_VALUE, in.array(), in.offset(), in.length());
      case EXT -> out.bytes(OtlpFields.ANY_VALUE_BYTES_VALUE, in.array(), in.offset(), in.length());
      case ARRAY -> array(depth + 1);
      case MAP -> map(depth + 1);
    }
    out.end(any);
  }

  private void array(int depth) {
    int count = in.length();
    if (tooDeep(depth)) {
      return;
    }
    int list = out.begin(OtlpFields.ANY_VALUE_ARRAY_VALUE);
    for (int i = 0; i < count; i++) {
      in.next();
      value(OtlpFields.ARRAY_VALUE_VALUES, depth);
    }
    out.end(list);
  }

  private void map(int depth) {
    int count = in.length();
    if (tooDeep(depth)) {
      return;
    }
    int list = out.begin(OtlpFields.ANY_VALUE_KVLIST_VALUE);
    for (int i = 0; i < count; i++) {
      in.next();
      keyValue(OtlpFields.KEY_VALUE_LIST_VALUES, depth);
    }
    out.end(list);
  }

  private boolean tooDeep(int depth) {
    if (depth <= MAX_DEPTH) {
      return false;
    }
    in.skipRest();
    out.string(OtlpFields.ANY_VALUE_STRING_VALUE, "(nested too deeply)");
    return true;
  }
}
