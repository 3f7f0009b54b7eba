package io.vigia.collector.export.forward;

import io.vigia.collector.otlp.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes MessagePack into an array that grows. Source: msgpack/msgpack, spec.md. Not thread-safe.
 */
final class MsgPackWriter {
  private byte[] array;
  private int size;

  MsgPackWriter(int initialBytes) {
    array = new byte[initialBytes];
  }

  int size() {
    return size;
  }

  /** Valid up to {@link #size}, until the next write. */
  byte[] array() {
    return array;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(array, size);
  }

  void clear() {
    size = 0;
  }

  void nil() {
    put(0xc0);
  }

  void bool(boolean value) {
    put(value ? 0xc3 : 0xc2);
  }

  void integer(long value) {
    if (value >= -32 && value <= 127) {
      put((int) value);
    } else if (value == (int) value) {
      put(0xd2);
      int32((int) value);
    } else {
      put(0xd3);
      int64(value);
    }
  }

  void real(double value) {
    put(0xcb);
    int64(Double.doubleToRawLongBits(value));
  }

  void string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    string(bytes, 0, bytes.length);
  }

  void string(Slice text) {
    string(text.array(), text.offset(), text.length());
  }

  void string(byte[] bytes, int offset, int length) {
    if (length < 32) {
      put(0xa0 | length);
    } else {
      header(length, 0xd9, 0xda, 0xdb);
    }
    raw(bytes, offset, length);
  }

  void binary(byte[] bytes, int offset, int length) {
    header(length, 0xc4, 0xc5, 0xc6);
    raw(bytes, offset, length);
  }

  /** Lower-case hexadecimal. */
  void hex(Slice bytes) {
    string(bytes.hex());
  }

  /** Of at most 15 elements, which follow. */
  void array(int count) {
    put(0x90 | count);
  }

  /** Of at most 15 entries, which follow. */
  void map(int count) {
    put(0x80 | count);
  }

  /** A list or map whose size {@link #end} tells; returns what to give to it. */
  int begin(boolean map) {
    put(map ? 0xdf : 0xdd);
    int32(0);
    return size;
  }

  void end(int mark, int count) {
    for (int i = 0; i < 4; i++) {
      array[mark - 4 + i] = (byte) (count >>> (24 - 8 * i));
    }
  }

  /** Forward protocol, "EventTime Ext Format": type 0, seconds, nanoseconds. */
  void eventTime(long unixNanos) {
    put(0xd7);
    put(0);
    int32((int) Long.divideUnsigned(unixNanos, 1_000_000_000L));
    int32((int) Long.remainderUnsigned(unixNanos, 1_000_000_000L));
  }

  void raw(byte[] bytes, int offset, int length) {
    room(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
  }

  private void header(int length, int oneByte, int twoBytes, int fourBytes) {
    if (length < 1 << 8) {
      put(oneByte);
      put(length);
    } else if (length < 1 << 16) {
      put(twoBytes);
      put(length >>> 8);
      put(length);
    } else {
      put(fourBytes);
      int32(length);
    }
  }

  private void int64(long value) {
    int32((int) (value >>> 32));
    int32((int) value);
  }

  private void int32(int value) {
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      array[size++] = (byte) (value >>> shift);
    }
  }

  private void put(int value) {
    room(1);
    array[size++] = (byte) value;
  }

  private void room(int bytes) {
    if (array.length - size < bytes) {
      array = Arrays.copyOf(array, Math.max(size + bytes, array.length + (array.length >> 1)));
    }
  }
}
