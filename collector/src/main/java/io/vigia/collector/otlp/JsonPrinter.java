package io.vigia.collector.otlp;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vigia.collector.otlp.OtlpSchema.Field;
import io.vigia.collector.otlp.OtlpSchema.Message;
import java.io.IOException;

/**
 * Prints protobuf as OTLP JSON: lowerCamelCase, 64-bit integers as strings, enumerations as
 * numbers, ids as hex, bytes as base64. Fields come in the order of their first appearance,
 * repeated ones together.
 */
final class JsonPrinter {
  private final JsonGenerator out;

  JsonPrinter(JsonGenerator out) {
    this.out = out;
  }

  void print(Message message, byte[] array, int offset, int length) throws IOException {
    out.writeStartObject();
    ProtoReader reader = new ProtoReader().reset(array, offset, length);
    boolean[] printed = new boolean[message.byTag.length >> 3];
    while (reader.next()) {
      Field field = message.field(reader.tag());
      if (field == null || printed[field.number()]) {
        continue;
      }
      printed[field.number()] = true;
      if (field.repeated()) {
        out.writeArrayFieldStart(field.jsonName());
        repeated(message, field, array, offset, length);
        out.writeEndArray();
      } else {
        out.writeFieldName(field.jsonName());
        value(field, last(message, field, array, offset, length));
      }
    }
    out.writeEndObject();
  }

  /** Of a field that is there several times the last one counts. */
  private static ProtoReader last(
      Message message, Field field, byte[] array, int from, int length) {
    ProtoReader found = new ProtoReader();
    ProtoReader reader = new ProtoReader().reset(array, from, length);
    int lastAt = from;
    for (int at = from; reader.next(); at = reader.position()) {
      if (message.field(reader.tag()) == field) {
        lastAt = at;
      }
    }
    found.reset(array, lastAt, length - (lastAt - from));
    found.next();
    return found;
  }

  private void repeated(Message message, Field field, byte[] array, int offset, int length)
      throws IOException {
    ProtoReader reader = new ProtoReader().reset(array, offset, length);
    ProtoReader elements = new ProtoReader();
    while (reader.next()) {
      if (message.field(reader.tag()) != field) {
        continue;
      }
      if (!field.packed() || reader.wireType() != ProtoReader.LEN) {
        value(field, reader);
        continue;
      }
      reader.enter(elements);
      while (!elements.atEnd()) {
        number(
            field,
            field.type().wireType == ProtoReader.FIXED64
                ? elements.packedFixed64()
                : elements.packedVarint());
      }
    }
  }

  private void value(Field field, ProtoReader reader) throws IOException {
    switch (field.type()) {
      case MESSAGE -> {
        Message message = field.message();
        if (message != null) {
          print(message, reader.array(), reader.offset(), reader.length());
        }
      }
      case STRING -> out.writeString(reader.slice(new Slice()).toString());
      case BYTES -> out.writeBinary(reader.array(), reader.offset(), reader.length());
      case ID16, ID8 -> out.writeString(reader.slice(new Slice()).hex());
      case SINT32 -> out.writeNumber((int) reader.zigZag());
      default -> number(field, reader.value());
    }
  }

  private void number(Field field, long value) throws IOException {
    switch (field.type()) {
      case BOOL -> out.writeBoolean(value != 0);
      case DOUBLE -> real(Double.longBitsToDouble(value));
      case INT64, SFIXED64 -> out.writeString(Long.toString(value));
      case UINT64, FIXED64 -> out.writeString(Long.toUnsignedString(value));
      case UINT32, FIXED32 -> out.writeNumber(value & 0xffff_ffffL);
      default -> out.writeNumber((int) value);
    }
  }

  private void real(double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeString(Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
  }
}
