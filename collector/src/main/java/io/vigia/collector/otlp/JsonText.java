package io.vigia.collector.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes OTLP attributes and values as compact JSON, straight from their bytes. Reusable, not
 * thread-safe.
 *
 * <p>Numbers that JavaScript could not read back exactly, not-a-number and infinity become strings;
 * bytes become base64; nesting beyond {@value #MAX_DEPTH} becomes null.
 */
public final class JsonText {
  static final int MAX_DEPTH = 16;
  private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] buffer = new byte[1024];
  private int size;
  private final KeyValues attributes = new KeyValues();

  public JsonText clear() {
    size = 0;
    return this;
  }

  public int size() {
    return size;
  }

  public byte[] buffer() {
    return buffer;
  }

  /** What was written; invalid UTF-8 of the sender is replaced. */
  @Override
  public String toString() {
    return new String(buffer, 0, size, StandardCharsets.UTF_8);
  }

  /** The attributes of a message as one object. */
  public JsonText attributes(Slice message, int tag) {
    return object(attributes.reset(message, tag), 0);
  }

  /** One value. */
  public JsonText value(AnyValue value) {
    return value(value, 0);
  }

  private JsonText object(KeyValues members, int depth) {
    raw('{');
    boolean first = true;
    while (members.next()) {
      if (!first) {
        raw(',');
      }
      first = false;
      string(members.key());
      raw(':');
      value(members.value(), depth + 1);
    }
    return raw('}');
  }

  private JsonText value(AnyValue value, int depth) {
    switch (value.kind()) {
      case STRING -> string(value.bytes());
      case BOOL -> ascii(value.boolValue() ? "true" : "false");
      case INT -> number(value.intValue());
      case DOUBLE -> number(value.doubleValue());
      case BYTES -> quoted(Base64.getEncoder().encodeToString(value.bytes().toByteArray()));
      case ARRAY -> {
        if (depth >= MAX_DEPTH) {
          return ascii("null");
        }
        array(new AnyValues().reset(new Slice().set(value.bytes())), depth);
      }
      case KVLIST -> {
        if (depth >= MAX_DEPTH) {
          return ascii("null");
        }
        Slice list = new Slice().set(value.bytes());
        object(new KeyValues().reset(list, OtlpFields.KEY_VALUE_LIST_VALUES), depth);
      }
      case EMPTY -> ascii("null");
    }
    return this;
  }

  private void array(AnyValues elements, int depth) {
    raw('[');
    boolean first = true;
    while (elements.next()) {
      if (!first) {
        raw(',');
      }
      first = false;
      value(elements.value(), depth + 1);
    }
    raw(']');
  }

  public JsonText number(long value) {
    if (value > MAX_SAFE_INTEGER || value < -MAX_SAFE_INTEGER) {
      return quoted(Long.toString(value));
    }
    return ascii(Long.toString(value));
  }

  public JsonText number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return quoted(Double.toString(value));
    }
    long whole = (long) value;
    return whole == value && Math.abs(value) < 1e15
        ? ascii(Long.toString(whole))
        : ascii(Double.toString(value));
  }

  private JsonText quoted(String ascii) {
    return raw('"').ascii(ascii).raw('"');
  }

  /** A member name known to need no escapes, with its colon. */
  public JsonText member(String name) {
    return quoted(name).raw(':');
  }

  public JsonText ascii(String text) {
    ensure(text.length());
    for (int i = 0; i < text.length(); i++) {
      buffer[size++] = (byte) text.charAt(i);
    }
    return this;
  }

  public JsonText raw(char c) {
    ensure(1);
    buffer[size++] = (byte) c;
    return this;
  }

  public JsonText string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return string(bytes, 0, bytes.length);
  }

  public JsonText string(Slice text) {
    return string(text.array(), text.offset(), text.length());
  }

  private JsonText string(byte[] bytes, int offset, int length) {
    ensure(length * 6 + 2);
    buffer[size++] = '"';
    for (int i = offset, end = offset + length; i < end; i++) {
      byte b = bytes[i];
      if (b == '"' || b == '\\') {
        buffer[size++] = '\\';
        buffer[size++] = b;
      } else if (b >= 0 && b < 0x20) {
        control(b);
      } else {
        buffer[size++] = b;
      }
    }
    buffer[size++] = '"';
    return this;
  }

  private void control(byte b) {
    buffer[size++] = '\\';
    switch (b) {
      case '\n' -> buffer[size++] = 'n';
      case '\r' -> buffer[size++] = 'r';
      case '\t' -> buffer[size++] = 't';
      default -> {
        buffer[size++] = 'u';
        buffer[size++] = '0';
        buffer[size++] = '0';
        buffer[size++] = HEX[b >> 4];
        buffer[size++] = HEX[b & 15];
      }
    }
  }

  private void ensure(int bytes) {
    if (buffer.length - size < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(size, bytes), buffer.length * 2));
    }
  }
}
