package io.vigia.agent.extension.logs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the few MessagePack types a log record needs (msgpack spec, "Formats"). The library for it
 * is only there when Fluency is loaded, and the resource is encoded before. Not thread-safe.
 */
final class MsgPackWriter {

  private byte[] bytes;
  private int size;

  MsgPackWriter(int capacity) {
    bytes = new byte[capacity];
  }

  MsgPackWriter mapHeader(int entries) {
    return header(entries, 0x80, 0xde);
  }

  MsgPackWriter arrayHeader(int elements) {
    return header(elements, 0x90, 0xdc);
  }

  private MsgPackWriter header(int count, int fix, int wide) {
    if (count < 16) {
      put(fix | count);
    } else if (count < 65536) {
      put(wide);
      putShort(count);
    } else {
      put(wide + 1);
      putInt(count);
    }
    return this;
  }

  MsgPackWriter string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 32) {
      put(0xa0 | utf8.length);
    } else if (utf8.length < 256) {
      put(0xd9);
      put(utf8.length);
    } else if (utf8.length < 65536) {
      put(0xda);
      putShort(utf8.length);
    } else {
      put(0xdb);
      putInt(utf8.length);
    }
    return raw(utf8, utf8.length);
  }

  MsgPackWriter integer(long value) {
    if (value >= 0 && value < 128) {
      put((int) value);
    } else {
      put(0xd3);
      putLong(value);
    }
    return this;
  }

  MsgPackWriter real(double value) {
    put(0xcb);
    putLong(Double.doubleToRawLongBits(value));
    return this;
  }

  MsgPackWriter bool(boolean value) {
    put(value ? 0xc3 : 0xc2);
    return this;
  }

  MsgPackWriter nil() {
    put(0xc0);
    return this;
  }

  MsgPackWriter binary(ByteBuffer value) {
    byte[] copy = new byte[value.remaining()];
    value.duplicate().get(copy);
    put(0xc6);
    putInt(copy.length);
    return raw(copy, copy.length);
  }

  /** Bytes that are MessagePack already. */
  MsgPackWriter raw(byte[] encoded, int length) {
    ensure(length);
    System.arraycopy(encoded, 0, bytes, size, length);
    size += length;
    return this;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void putLong(long value) {
    putInt((int) (value >>> 32));
    putInt((int) value);
  }

  private void putInt(int value) {
    putShort(value >>> 16);
    putShort(value);
  }

  private void putShort(int value) {
    put(value >>> 8);
    put(value);
  }

  private void put(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
