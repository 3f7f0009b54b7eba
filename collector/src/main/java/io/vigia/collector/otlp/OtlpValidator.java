package io.vigia.collector.otlp;

import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.OtlpSchema.Field;
import io.vigia.collector.otlp.OtlpSchema.Message;
import java.nio.ByteBuffer;

/**
 * Decides in one walk whether bytes are a well-formed request, and counts its items. What it lets
 * through can be walked by everything in this package, and read by any protobuf library: wire
 * format, UTF-8 of strings, lengths of trace and span ids (right or absent), bounded nesting.
 *
 * <p>Allocates nothing. Not thread-safe; keep one per event loop.
 */
public final class OtlpValidator {
  /** Messages within messages; what protobuf-java allows by default. */
  static final int MAX_DEPTH = 100;

  private static final Message KEY_VALUE = OtlpSchema.message("KeyValue");

  private final ProtoReader reader = new ProtoReader();
  private int items;

  /**
   * @return how many spans, log records or data points there are; may be 0
   * @throws MalformedOtlpException says what is wrong, for metrics and for the sender
   */
  public int validate(Signal signal, byte[] array, int offset, int length) {
    items = 0;
    reader.reset(array, offset, length);
    walk(OtlpSchema.request(signal), 0);
    return items;
  }

  /** Validates what lies between position and limit of a buffer that has an array. */
  public int validate(Signal signal, ByteBuffer payload) {
    return validate(
        signal, payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
  }

  private void walk(Message message, int depth) {
    ProtoReader reader = this.reader;
    while (reader.next()) {
      Field field = message.field(reader.tag());
      if (field == null) {
        continue;
      }
      switch (field.type()) {
        case MESSAGE -> nested(field, depth);
        case STRING -> {
          if (!Utf8.isValid(reader.array(), reader.offset(), reader.length())) {
            throw new MalformedOtlpException(
                "utf8", message.name + "." + field.name() + " is not UTF-8");
          }
        }
        case ID16 -> id(message, field, 16);
        case ID8 -> id(message, field, 8);
        default -> {
          if (reader.wireType() == ProtoReader.LEN && field.packed()) {
            packed(field);
          }
        }
      }
    }
  }

  private void nested(Field field, int depth) {
    Message message = field.message();
    if (message == null) {
      throw new IllegalStateException(field.name());
    }
    if (depth >= MAX_DEPTH) {
      throw new MalformedOtlpException("depth", "messages nested too deeply");
    }
    if (message.item) {
      items++;
    }
    if (message == KEY_VALUE && depth + 1 < MAX_DEPTH && plainAttribute()) {
      return;
    }
    int outerLimit = reader.narrow();
    walk(message, depth + 1);
    reader.widen(outerLimit);
  }

  /**
   * Whether it is what nearly every attribute is: a key and a value that is a string, each short
   * enough for a length of one byte, and nothing else. What is not, or is wrong, is walked.
   */
  private boolean plainAttribute() {
    byte[] array = reader.array();
    int at = reader.offset();
    int end = at + reader.length();
    if (end - at < 6 || array[at] != OtlpFields.KEY_VALUE_KEY || array[at + 1] < 0) {
      return false;
    }
    int keyLength = array[at + 1];
    int value = at + 2 + keyLength;
    if (end - value < 4
        || array[value] != OtlpFields.KEY_VALUE_VALUE
        || array[value + 1] != end - value - 2
        || array[value + 2] != OtlpFields.ANY_VALUE_STRING_VALUE
        || array[value + 3] != end - value - 4) {
      return false;
    }
    return Utf8.isValid(array, at + 2, keyLength)
        && Utf8.isValid(array, value + 4, end - value - 4);
  }

  private void id(Message message, Field field, int length) {
    int actual = reader.length();
    if (actual != length && actual != 0) {
      throw new MalformedOtlpException(
          "id", message.name + "." + field.name() + " has " + actual + " bytes, not " + length);
    }
  }

  private void packed(Field field) {
    if (field.type().wireType == ProtoReader.FIXED64) {
      if (reader.length() % 8 != 0) {
        throw new MalformedOtlpException("length", field.name() + " is no row of 8-byte numbers");
      }
      return;
    }
    int outerLimit = reader.narrow();
    while (!reader.atEnd()) {
      reader.packedVarint();
    }
    reader.widen(outerLimit);
  }
}
