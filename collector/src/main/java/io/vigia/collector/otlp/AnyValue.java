package io.vigia.collector.otlp;

/**
 * A flyweight on an {@code AnyValue}. Source: opentelemetry/proto/common/v1/common.proto. Not
 * thread-safe.
 */
public final class AnyValue {
  /** What is in the value. */
  public enum Kind {
    /** Nothing is set, which is a valid value. */
    EMPTY,
    STRING,
    BOOL,
    INT,
    DOUBLE,
    /** {@link AnyValue#bytes} is an {@code ArrayValue}. */
    ARRAY,
    /** {@link AnyValue#bytes} is a {@code KeyValueList}. */
    KVLIST,
    BYTES
  }

  private final ProtoReader reader = new ProtoReader();
  private final Slice bytes = new Slice();
  private Kind kind = Kind.EMPTY;
  private long bits;

  /** Reads the message; of several values the last one wins, as protobuf says of a oneof. */
  public AnyValue reset(byte[] array, int offset, int length) {
    // most values: a string and nothing else, its length in one byte
    if (length >= 2
        && array[offset] == OtlpFields.ANY_VALUE_STRING_VALUE
        && array[offset + 1] == length - 2) {
      kind = Kind.STRING;
      bits = 0;
      bytes.set(array, offset + 2, length - 2);
      return this;
    }
    return any(array, offset, length);
  }

  private AnyValue any(byte[] array, int offset, int length) {
    kind = Kind.EMPTY;
    bits = 0;
    bytes.clear();
    reader.reset(array, offset, length);
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.ANY_VALUE_STRING_VALUE -> bytes(Kind.STRING);
        case OtlpFields.ANY_VALUE_BOOL_VALUE -> bits(Kind.BOOL);
        case OtlpFields.ANY_VALUE_INT_VALUE -> bits(Kind.INT);
        case OtlpFields.ANY_VALUE_DOUBLE_VALUE -> bits(Kind.DOUBLE);
        case OtlpFields.ANY_VALUE_ARRAY_VALUE -> bytes(Kind.ARRAY);
        case OtlpFields.ANY_VALUE_KVLIST_VALUE -> bytes(Kind.KVLIST);
        case OtlpFields.ANY_VALUE_BYTES_VALUE -> bytes(Kind.BYTES);
        default -> {}
      }
    }
    return this;
  }

  public AnyValue reset(Slice message) {
    return reset(message.array(), message.offset(), message.length());
  }

  public Kind kind() {
    return kind;
  }

  /** The bytes of a string, array, key-value list or byte value; otherwise empty. */
  public Slice bytes() {
    return bytes;
  }

  public boolean boolValue() {
    return bits != 0;
  }

  public long intValue() {
    return bits;
  }

  public double doubleValue() {
    return Double.longBitsToDouble(bits);
  }

  private void bytes(Kind kind) {
    this.kind = kind;
    reader.slice(bytes);
  }

  private void bits(Kind kind) {
    this.kind = kind;
    bits = reader.value();
  }
}
