package io.vigia.collector.otlp;

/** Tells UTF-8 from other bytes. Source: RFC 3629 section 4. */
public final class Utf8 {
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /** Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates). */
  public static boolean isValid(byte[] array, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (true) {
      while (end - at >= 32 && (words(array, at) & HIGH_BITS) == 0) {
        at += 32;
      }
      long high = 0;
      while (end - at >= 8 && (high = Words.at(array, at) & HIGH_BITS) == 0) {
        at += 8;
      }
      if (high == 0) { // less than a word is left
        high = Words.first(array, at, end - at) & HIGH_BITS;
        if (high == 0) {
          return true;
        }
      }
      at += Words.index(high);
      int width = sequence(array, at, end);
      if (width == 0) {
        return false;
      }
      at += width;
    }
  }

  /** All the bits of four words: what most text is made of is read with one test. */
  private static long words(byte[] array, int at) {
    return Words.at(array, at)
        | Words.at(array, at + 8)
        | Words.at(array, at + 16)
        | Words.at(array, at + 24);
  }

  /** How many bytes the multi-byte sequence at {@code at} has, or 0 when it is none. */
  private static int sequence(byte[] array, int at, int end) {
    int first = array[at] & 0xff;
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    }
    int width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (end - at < width) {
      return 0;
    }
    int second = array[at + 1] & 0xff;
    int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < width; i++) {
      if ((array[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return width;
  }
}
