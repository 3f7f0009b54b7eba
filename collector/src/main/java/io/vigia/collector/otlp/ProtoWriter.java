package io.vigia.collector.otlp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes protobuf into an array that grows; reusable by {@link #clear}. Fields are written as they
 * come, default values included: the caller leaves out what it does not want. Not thread-safe.
 *
 * <pre>{@code
 * int span = writer.begin(OtlpFields.SCOPE_GROUP_ITEMS);
 * writer.string(OtlpFields.SPAN_NAME, "GET /");
 * writer.end(span);
 * }</pre>
 */
public final class ProtoWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] array;
  private int size;

  public ProtoWriter() {
    this(256);
  }

  public ProtoWriter(int initialBytes) {
    array = new byte[Math.max(16, initialBytes)];
  }

  /** Forgets what was written, keeps the array. */
  public ProtoWriter clear() {
    size = 0;
    return this;
  }

  /** Forgets what was written, and the array if it is larger than {@code maxKeptBytes}. */
  public ProtoWriter clear(int maxKeptBytes) {
    if (array.length > maxKeptBytes) {
      array = new byte[Math.min(maxKeptBytes, 64 << 10)];
    }
    return clear();
  }

  /** Forgets what was written after {@code size}; no message begun before it may have ended. */
  public void truncate(int size) {
    this.size = Math.min(size, this.size);
  }

  public int size() {
    return size;
  }

  /** The array written to, valid from 0 to {@link #size} until the next write. */
  public byte[] array() {
    return array;
  }

  /** A view of what was written, valid until the next write. */
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(array, 0, size);
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(array, size);
  }

  /** A varint field: {@code int32}, {@code int64}, {@code uint…}, {@code bool}, enumerations. */
  public void varint(int tag, long value) {
    ensure(20);
    rawVarint(tag);
    rawVarint(value);
  }

  public void bool(int tag, boolean value) {
    varint(tag, value ? 1 : 0);
  }

  /** A {@code sint32} or {@code sint64} field. */
  public void zigZag(int tag, long value) {
    varint(tag, value << 1 ^ value >> 63);
  }

  public void fixed64(int tag, long value) {
    ensure(18);
    rawVarint(tag);
    LONG.set(array, size, value);
    size += 8;
  }

  public void doubleValue(int tag, double value) {
    fixed64(tag, Double.doubleToRawLongBits(value));
  }

  public void fixed32(int tag, int value) {
    ensure(14);
    rawVarint(tag);
    INT.set(array, size, value);
    size += 4;
  }

  public void bytes(int tag, byte[] bytes, int offset, int length) {
    ensure(20 + length);
    rawVarint(tag);
    rawVarint(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
  }

  public void bytes(int tag, byte[] bytes) {
    bytes(tag, bytes, 0, bytes.length);
  }

  public void bytes(int tag, Slice bytes) {
    bytes(tag, bytes.array(), bytes.offset(), bytes.length());
  }

  /** A string field of bytes that may not be UTF-8: what is not becomes U+FFFD. */
  public void text(int tag, byte[] bytes, int offset, int length) {
    if (Utf8.isValid(bytes, offset, length)) {
      bytes(tag, bytes, offset, length);
    } else {
      string(tag, new String(bytes, offset, length, StandardCharsets.UTF_8));
    }
  }

  /** A nested message that has nothing but this one field. */
  public void bytesIn(int messageTag, int tag, byte[] bytes, int offset, int length) {
    ensure(40 + length);
    rawVarint(messageTag);
    rawVarint(varintSize(tag) + varintSize(length) + length);
    rawVarint(tag);
    rawVarint(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
  }

  public void string(int tag, String text) {
    bytes(tag, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that are whole fields already. */
  public void raw(byte[] fields, int offset, int length) {
    ensure(length);
    System.arraycopy(fields, offset, array, size, length);
    size += length;
  }

  /** One byte of a length-delimited field, between {@link #begin} and {@link #end}. */
  public void rawByte(int value) {
    ensure(1);
    array[size++] = (byte) value;
  }

  public void raw(Slice fields) {
    raw(fields.array(), fields.offset(), fields.length());
  }

  /** An element of a packed field, between {@link #begin} and {@link #end}. */
  public void packedVarint(long value) {
    ensure(10);
    rawVarint(value);
  }

  /** An element of a packed fixed64 or double field. */
  public void packedFixed64(long value) {
    ensure(8);
    LONG.set(array, size, value);
    size += 8;
  }

  /**
   * Begins a nested message (or packed field) of probably less than 128 bytes.
   *
   * @return the mark to give to {@link #end}
   */
  public int begin(int tag) {
    return begin(tag, 0);
  }

  /**
   * Begins a nested message.
   *
   * @param expectedBytes a guess; when it has as many varint bytes as the truth, nothing is moved
   */
  public int begin(int tag, int expectedBytes) {
    ensure(20);
    rawVarint(tag);
    int reserved = varintSize(expectedBytes);
    // the mark remembers how much was reserved in the byte itself
    array[size] = (byte) reserved;
    size += reserved;
    return size - reserved;
  }

  /** Ends the nested message begun at {@code mark}: its length is known now. */
  public void end(int mark) {
    int reserved = array[mark];
    int length = size - mark - reserved;
    int needed = varintSize(length);
    if (needed != reserved) {
      ensure(needed);
      System.arraycopy(array, mark + reserved, array, mark + needed, length);
    }
    size = mark;
    rawVarint(length);
    size += length;
  }

  static int varintSize(int value) {
    return value < 0x80
        ? 1
        : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
  }

  private void rawVarint(int value) {
    while ((value & ~0x7f) != 0) {
      array[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    array[size++] = (byte) value;
  }

  private void rawVarint(long value) {
    while ((value & ~0x7fL) != 0) {
      array[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    array[size++] = (byte) value;
  }

  private void ensure(int bytes) {
    if (array.length - size < bytes) {
      int wanted = Math.addExact(size, bytes);
      int doubled = (int) Math.min((long) array.length * 2, Integer.MAX_VALUE - 8);
      array = Arrays.copyOf(array, Math.max(wanted, doubled));
    }
  }
}
