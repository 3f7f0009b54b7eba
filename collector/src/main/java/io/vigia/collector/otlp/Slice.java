package io.vigia.collector.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A movable window on a byte array. Not thread-safe; owns nothing, so it is valid as long as the
 * array is.
 */
public final class Slice {
  private static final byte[] NONE = {};

  private byte[] array = NONE;
  private int offset;
  private int length;

  /** Points this slice at {@code length} bytes from {@code offset} of {@code array}. */
  public Slice set(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
    return this;
  }

  public Slice set(Slice other) {
    return set(other.array, other.offset, other.length);
  }

  /** Makes this slice empty. */
  public Slice clear() {
    return set(NONE, 0, 0);
  }

  public byte[] array() {
    return array;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /** The byte at {@code index} from the slice's start. */
  public byte at(int index) {
    return array[offset + index];
  }

  /** Whether the bytes are the same. */
  public boolean contentEquals(Slice other) {
    return Arrays.equals(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  /** Whether the bytes are these. */
  public boolean contentEquals(byte[] bytes) {
    return Arrays.equals(array, offset, offset + length, bytes, 0, bytes.length);
  }

  /** Whether the bytes are the characters of an ASCII string. */
  public boolean contentEquals(String ascii) {
    if (ascii.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (array[offset + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A hash of the bytes, for grouping. Not stable across versions. */
  public int contentHash() {
    int hash = 1;
    for (int i = offset, end = offset + length; i < end; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** Lower-case hexadecimal, as trace and span ids are shown. */
  public String hex() {
    return HexFormat.of().formatHex(array, offset, offset + length);
  }

  /** The bytes read as UTF-8. */
  @Override
  public String toString() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }
}
