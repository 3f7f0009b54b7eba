package io.vigia.collector.receive.containers;

import java.util.Arrays;

/** Bytes that grow up to a limit. Not thread-safe. */
final class Bytes {
  private final int max;
  private byte[] array = new byte[1 << 10];
  private int size;
  private boolean cut;

  Bytes(int max) {
    this.max = max;
  }

  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  /** Whether something was left out because of the limit. */
  boolean isCut() {
    return cut;
  }

  void setCut() {
    cut = true;
  }

  void clear() {
    size = 0;
    cut = false;
  }

  boolean hasRoomFor(int bytes) {
    return bytes <= max - size;
  }

  void add(byte[] from, int offset, int length) {
    int fits = Math.min(length, max - size);
    cut |= fits < length;
    ensure(fits);
    System.arraycopy(from, offset, array, size, fits);
    size += fits;
  }

  void add(char ascii) {
    cut |= size == max;
    if (size < max) {
      ensure(1);
      array[size++] = (byte) ascii;
    }
  }

  private void ensure(int bytes) {
    if (array.length - size < bytes) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + bytes));
    }
  }
}
