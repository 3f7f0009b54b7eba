package io.vigia.collector.receive.forward;

import io.vigia.collector.otlp.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads MessagePack values one after the other, in place. {@link #next} reads a value's header (and
 * steps over the content of strings); the elements of an array or map follow as values of their
 * own. Safe on hostile input; allocates nothing. Not thread-safe.
 */
final class MsgPackReader {
  /** What a value is. */
  enum Type {
    NIL,
    BOOL,
    /** {@link MsgPackReader#longValue}, signed. */
    INT,
    /** An unsigned number over 2^63 - 1, in {@link MsgPackReader#longValue} as two's complement. */
    BIG_INT,
    FLOAT,
    STRING,
    BINARY,
    EXT,
    ARRAY,
    MAP
  }

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] NONE = {};

  private byte[] array = NONE;
  private int position;
  private int limit;
  private Type type = Type.NIL;
  private long bits;
  private int offset;
  private int length;
  private int extType;

  MsgPackReader reset(byte[] array, int from, int to) {
    this.array = array;
    this.position = from;
    this.limit = to;
    return this;
  }

  boolean atEnd() {
    return position >= limit;
  }

  int position() {
    return position;
  }

  void position(int position) {
    this.position = position;
  }

  byte[] array() {
    return array;
  }

  /** Reads a value's header. */
  Type next() {
    int b = take() & 0xff;
    if ((b & 0xe0) == 0xa0) { // first, because it is the most frequent
      return content(Type.STRING, b & 0x1f);
    }
    if (b < 0x80 || b >= 0xe0) {
      return integer((byte) b);
    }
    if (b < 0x90) {
      return container(Type.MAP, b & 0xf);
    }
    if (b < 0xa0) {
      return container(Type.ARRAY, b & 0xf);
    }
    return switch (b) {
      case 0xc0 -> type = Type.NIL;
      case 0xc2 -> bool(0);
      case 0xc3 -> bool(1);
      case 0xc4 -> content(Type.BINARY, take() & 0xff);
      case 0xc5 -> content(Type.BINARY, uint16());
      case 0xc6 -> content(Type.BINARY, uint32());
      case 0xc7 -> ext(take() & 0xff);
      case 0xc8 -> ext(uint16());
      case 0xc9 -> ext(uint32());
      case 0xca -> real(Float.intBitsToFloat((int) uint32()));
      case 0xcb -> real(Double.longBitsToDouble(int64()));
      case 0xcc -> integer(take() & 0xff);
      case 0xcd -> integer(uint16());
      case 0xce -> integer(uint32());
      case 0xcf -> {
        long value = int64();
        integer(value);
        yield type = value < 0 ? Type.BIG_INT : Type.INT;
      }
      case 0xd0 -> integer(take());
      case 0xd1 -> integer((short) uint16());
      case 0xd2 -> integer((int) uint32());
      case 0xd3 -> integer(int64());
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> ext(1 << (b - 0xd4));
      case 0xd9 -> content(Type.STRING, take() & 0xff);
      case 0xda -> content(Type.STRING, uint16());
      case 0xdb -> content(Type.STRING, uint32());
      case 0xdc -> container(Type.ARRAY, uint16());
      case 0xdd -> container(Type.ARRAY, uint32());
      case 0xde -> container(Type.MAP, uint16());
      case 0xdf -> container(Type.MAP, uint32());
      default -> throw new MalformedForwardException("msgpack", "0xc1 is no MessagePack");
    };
  }

  /** Steps over a value with all that is in it. */
  void skip() {
    next();
    skipRest();
  }

  /** Steps over the elements of the array or map whose header was just read. */
  void skipRest() {
    long open = elements();
    while (open > 0) {
      next();
      open += elements() - 1;
      if (open > limit - position) {
        throw truncated();
      }
    }
  }

  private long elements() {
    return type == Type.ARRAY ? length : type == Type.MAP ? 2L * length : 0;
  }

  /** The type of the value read last. */
  Type type() {
    return type;
  }

  boolean isText() {
    return type == Type.STRING || type == Type.BINARY;
  }

  long longValue() {
    return bits;
  }

  boolean boolValue() {
    return bits != 0;
  }

  double doubleValue() {
    return Double.longBitsToDouble(bits);
  }

  /** Where the content of a string, binary or extension begins. */
  int offset() {
    return offset;
  }

  /** Bytes of a string, binary or extension; elements of an array; entries of a map. */
  int length() {
    return length;
  }

  /** The application's type of an extension. */
  int extType() {
    return extType;
  }

  Slice slice(Slice into) {
    return into.set(array, offset, length);
  }

  private Type integer(long value) {
    bits = value;
    return type = Type.INT;
  }

  private Type bool(int value) {
    bits = value;
    return type = Type.BOOL;
  }

  private Type real(double value) {
    bits = Double.doubleToRawLongBits(value);
    return type = Type.FLOAT;
  }

  private Type content(Type type, long length) {
    if (length > limit - position) {
      throw truncated();
    }
    this.offset = position;
    this.length = (int) length;
    position += (int) length;
    return this.type = type;
  }

  private Type ext(long length) {
    extType = take();
    return content(Type.EXT, length);
  }

  private Type container(Type type, long elements) {
    if (elements > limit - position) { // every element has a byte at least
      throw truncated();
    }
    length = (int) elements;
    return this.type = type;
  }

  private byte take() {
    if (position >= limit) {
      throw truncated();
    }
    return array[position++];
  }

  private int uint16() {
    return (take() & 0xff) << 8 | take() & 0xff;
  }

  private long uint32() {
    if (limit - position < 4) {
      throw truncated();
    }
    int value = (int) INT.get(array, position);
    position += 4;
    return value & 0xffff_ffffL;
  }

  private long int64() {
    if (limit - position < 8) {
      throw truncated();
    }
    long value = (long) LONG.get(array, position);
    position += 8;
    return value;
  }

  private static MalformedForwardException truncated() {
    return new MalformedForwardException("truncated", "MessagePack ends in the middle of a value");
  }
}
