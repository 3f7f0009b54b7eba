package io.vigia.collector.receive;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;

/**
 * Spare byte arrays of one event loop, so that bodies of the usual sizes cost no garbage. Arrays
 * have power-of-two lengths; what is larger than 4 MiB (a chunk of Fluent Bit has up to 2) is
 * garbage.
 */
public final class ArrayPool {
  private static final int MIN_BITS = 12;
  private static final int MAX_BITS = 22;
  private static final int MAX_SPARE_BYTES = 8 << 20;

  private static final FastThreadLocal<ArrayPool> POOL =
      new FastThreadLocal<>() {
        @Override
        protected ArrayPool initialValue() {
          return new ArrayPool();
        }
      };

  @SuppressWarnings({"unchecked", "rawtypes"})
  private final ArrayDeque<byte[]>[] spare = new ArrayDeque[MAX_BITS - MIN_BITS + 1];

  private int spareBytes;

  private ArrayPool() {
    for (int i = 0; i < spare.length; i++) {
      spare[i] = new ArrayDeque<>();
    }
  }

  /** The pool of the calling thread. */
  public static ArrayPool current() {
    return POOL.get();
  }

  /** How long the array for {@code minLength} is. */
  static int lengthFor(int minLength) {
    int bits = bits(minLength);
    return bits > MAX_BITS ? minLength : 1 << bits;
  }

  /** An array of at least this length, with anything in it. */
  public byte[] take(int minLength) {
    int bits = bits(minLength);
    if (bits > MAX_BITS) {
      return new byte[minLength];
    }
    byte[] array = spare[bits - MIN_BITS].pollLast();
    if (array == null) {
      return new byte[1 << bits];
    }
    spareBytes -= array.length;
    return array;
  }

  /** The caller forgets the array. */
  public void give(byte[] array) {
    int bits = bits(array.length);
    boolean ours = bits <= MAX_BITS && array.length == 1 << bits;
    if (ours && spareBytes + array.length <= MAX_SPARE_BYTES) {
      spareBytes += array.length;
      spare[bits - MIN_BITS].addLast(array);
    }
  }

  private static int bits(int length) {
    return Math.max(MIN_BITS, 32 - Integer.numberOfLeadingZeros(Math.max(1, length) - 1));
  }
}
