package io.vigia.collector.otlp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes at a time: of an array as one number, of which the first byte is the lowest. (Most
 * texts are short: what is left after their last whole word costs as much as all before it when it
 * is read byte by byte.)
 */
public final class Words {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Words() {}

  /** The eight bytes from {@code at} on. */
  public static long at(byte[] array, int at) {
    return (long) LONG.get(array, at);
  }

  /**
   * The first bytes of a word, the others of it zero.
   *
   * @param count less than eight
   */
  public static long first(byte[] array, int at, int count) {
    if (array.length - at >= 8) {
      return at(array, at) & ~(-1L << 8 * count);
    }
    long word = 0;
    for (int i = count - 1; i >= 0; i--) {
      word = word << 8 | array[at + i] & 255;
    }
    return word;
  }

  /** The first eight bytes of so many, or all. */
  public static long head(byte[] array, int at, int count) {
    return count < 8 ? first(array, at, count) : at(array, at);
  }

  /** The last eight bytes of so many; zero when there are fewer. */
  public static long tail(byte[] array, int at, int count) {
    return count < 8 ? 0 : at(array, at + count - 8);
  }

  /** Which byte is the first one with a bit in it. */
  public static int index(long bits) {
    return Long.numberOfTrailingZeros(bits) >>> 3;
  }
}
