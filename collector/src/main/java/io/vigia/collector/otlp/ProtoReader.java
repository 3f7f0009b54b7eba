package io.vigia.collector.otlp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the fields of one protobuf message, in place. Source: protobuf.dev, "Encoding".
 *
 * <pre>{@code
 * reader.reset(bytes, offset, length);
 * while (reader.next()) {
 *   switch (reader.tag()) {
 *     case OtlpFields.SPAN_NAME -> name.set(bytes, reader.offset(), reader.length());
 *     case OtlpFields.SPAN_KIND -> kind = (int) reader.value();
 *     default -> {} // unknown field, or a known one with a foreign wire type: ignored
 *   }
 * }
 * }</pre>
 *
 * <p>Safe on hostile input: nothing outside the window is read, nothing is allocated, nesting of
 * groups is bounded. Not thread-safe.
 */
public final class ProtoReader {
  /** Wire types. */
  public static final int VARINT = 0, FIXED64 = 1, LEN = 2, GROUP = 3, END_GROUP = 4, FIXED32 = 5;

  private static final int MAX_GROUP_DEPTH = 32;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] NONE = {};

  private byte[] array = NONE;
  private int position;
  private int limit;
  private int tag;
  private long value;
  private int offset;

  /** Points the reader at a message. */
  public ProtoReader reset(byte[] array, int offset, int length) {
    this.array = array;
    this.position = offset;
    this.limit = offset + length;
    return this;
  }

  public ProtoReader reset(Slice message) {
    return reset(message.array(), message.offset(), message.length());
  }

  /** Points the reader at the bytes between position and limit of a buffer that has an array. */
  public ProtoReader reset(ByteBuffer message) {
    return reset(message.array(), message.arrayOffset() + message.position(), message.remaining());
  }

  /**
   * Reads the next field whole.
   *
   * @return false at the end of the message
   * @throws MalformedOtlpException when the bytes are not protobuf
   */
  public boolean next() {
    int at = position;
    // most fields of telemetry: length-delimited, tag in one byte, length in one or two
    if (limit - at >= 3) {
      int first = array[at];
      int length = array[at + 1];
      int begin = at + 2;
      if (length < 0) {
        length = array[at + 2] << 7 | length & 0x7f; // negative when there is a third byte
        begin = at + 3;
      }
      if (first > 7 && (first & 7) == LEN && length >= 0 && length <= limit - begin) {
        tag = first;
        value = length;
        offset = begin;
        position = begin + length;
        return true;
      }
    }
    return any();
  }

  private boolean any() {
    if (position >= limit) {
      return false;
    }
    int first = array[position];
    if (first >= 0) {
      position++;
      tag = first;
    } else {
      tag = tagSlow();
    }
    if (tag >>> 3 == 0) {
      throw new MalformedOtlpException("tag", "protobuf field number 0");
    }
    switch (tag & 7) {
      case VARINT -> value = varint();
      case LEN -> {
        long length = varint();
        if (length < 0 || length > limit - position) {
          throw new MalformedOtlpException("length", "a field claims more bytes than there are");
        }
        value = length;
        offset = position;
        position += (int) length;
      }
      case FIXED64 -> {
        need(8);
        value = (long) LONG.get(array, position);
        position += 8;
      }
      case FIXED32 -> {
        need(4);
        value = (int) INT.get(array, position);
        position += 4;
      }
      case GROUP -> skipGroup(tag >>> 3, 0);
      default -> throw new MalformedOtlpException("tag", "protobuf wire type " + (tag & 7));
    }
    return true;
  }

  /** Field number and wire type of the current field: {@code number << 3 | type}. */
  public int tag() {
    return tag;
  }

  public int field() {
    return tag >>> 3;
  }

  public int wireType() {
    return tag & 7;
  }

  /** The value of a varint or fixed field (fixed32 is sign-extended), or the length of another. */
  public long value() {
    return value;
  }

  public boolean bool() {
    return value != 0;
  }

  /** The value of a {@code double} field. */
  public double doubleValue() {
    return Double.longBitsToDouble(value);
  }

  /** The value of a {@code sint32} or {@code sint64} field. */
  public long zigZag() {
    return value >>> 1 ^ -(value & 1);
  }

  /** Where the bytes of a length-delimited field begin in the array. */
  public int offset() {
    return offset;
  }

  public int length() {
    return (int) value;
  }

  /** Points a slice at the bytes of a length-delimited field. */
  public Slice slice(Slice into) {
    return into.set(array, offset, (int) value);
  }

  /** Points another reader at the message in a length-delimited field. */
  public ProtoReader enter(ProtoReader into) {
    return into.reset(array, offset, (int) value);
  }

  /**
   * Steps into the current length-delimited field with this same reader.
   *
   * @return what to give to {@link #widen} when {@link #next} has returned false
   */
  int narrow() {
    int outerLimit = limit;
    position = offset;
    limit = offset + (int) value;
    return outerLimit;
  }

  void widen(int outerLimit) {
    limit = outerLimit;
  }

  public byte[] array() {
    return array;
  }

  /** Where the next field begins in the array. */
  public int position() {
    return position;
  }

  /** Whether nothing is left; for packed fields. */
  public boolean atEnd() {
    return position >= limit;
  }

  /** The next element of a packed varint field the reader was {@link #enter}ed into. */
  public long packedVarint() {
    if (position >= limit) {
      throw truncated();
    }
    return varint();
  }

  /** The next element of a packed fixed64 or double field. */
  public long packedFixed64() {
    need(8);
    long element = (long) LONG.get(array, position);
    position += 8;
    return element;
  }

  private long varint() {
    int at = position;
    if (at < limit && array[at] >= 0) {
      position = at + 1;
      return array[at];
    }
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= limit) {
        throw truncated();
      }
      byte b = array[at++];
      result |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        if (shift == 63 && b > 1) {
          break;
        }
        position = at;
        return result;
      }
    }
    throw new MalformedOtlpException("varint", "a varint is longer than 64 bits");
  }

  private int tagSlow() {
    long wide = varint();
    if (wide >>> 32 != 0) {
      throw new MalformedOtlpException("tag", "a protobuf tag is longer than 32 bits");
    }
    return (int) wide;
  }

  private void need(int bytes) {
    if (limit - position < bytes) {
      throw truncated();
    }
  }

  private static MalformedOtlpException truncated() {
    return new MalformedOtlpException("truncated", "the message ends in the middle of a field");
  }

  /** Groups are unknown to OTLP; protobuf says unknown fields are skipped. */
  private void skipGroup(int number, int depth) {
    if (depth == MAX_GROUP_DEPTH) {
      throw new MalformedOtlpException("depth", "groups nested too deeply");
    }
    while (position < limit) {
      int inner = tagSlow();
      if (inner >>> 3 == 0) {
        throw new MalformedOtlpException("tag", "protobuf field number 0");
      }
      switch (inner & 7) {
        case VARINT -> varint();
        case FIXED64 -> {
          need(8);
          position += 8;
        }
        case LEN -> {
          long length = varint();
          if (length < 0 || length > limit - position) {
            throw new MalformedOtlpException("length", "a field claims more bytes than there are");
          }
          position += (int) length;
        }
        case GROUP -> skipGroup(inner >>> 3, depth + 1);
        case END_GROUP -> {
          if (inner >>> 3 != number) {
            throw new MalformedOtlpException("tag", "a group ends that was not begun");
          }
          return;
        }
        case FIXED32 -> {
          need(4);
          position += 4;
        }
        default -> throw new MalformedOtlpException("tag", "protobuf wire type " + (inner & 7));
      }
    }
    throw truncated();
  }
}
