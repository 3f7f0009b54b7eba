package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.Slice;
import io.vigia.collector.otlp.Words;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON text into an array that grows. Knows how values look, not how they nest: commas and
 * braces are the caller's. Not thread-safe, reusable.
 */
final class JsonBuffer {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] BASE64 =
      ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final long ZEROS = 0x3030303030303030L;
  private static final long SPACES = 0x2020202020202020L;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private byte[] array = new byte[256];
  private int size;

  private long cachedSecond = Long.MIN_VALUE;
  private final byte[] cachedText = new byte[20];

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void clear() {
    size = 0;
  }

  void truncate(int toSize) {
    size = toSize;
  }

  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  /** Bytes that are JSON already. */
  void raw(byte[] json) {
    raw(json, 0, json.length);
  }

  void raw(byte[] json, int offset, int length) {
    ensure(length);
    System.arraycopy(json, offset, array, size, length);
    size += length;
  }

  void raw(char c) {
    ensure(1);
    array[size++] = (byte) c;
  }

  void bool(boolean value) {
    raw(value ? TRUE : FALSE);
  }

  void number(long value) {
    ensure(20);
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        raw(ascii("-9223372036854775808"));
        return;
      }
      array[size++] = '-';
      value = -value;
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    for (int i = size + digits - 1; i >= size; i--) {
      array[i] = (byte) ('0' + value % 10);
      value /= 10;
    }
    size += digits;
  }

  /** JSON has no NaN and no infinity: those become strings. */
  void number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      number((long) value);
      raw('.');
      raw('0');
    } else if (Double.isFinite(value)) {
      raw(ascii(Double.toString(value)));
    } else {
      raw('"');
      raw(ascii(Double.toString(value)));
      raw('"');
    }
  }

  /** A quoted string of lower-case hexadecimal digits. */
  void hex(Slice bytes) {
    ensure(2 * bytes.length() + 2);
    array[size++] = '"';
    for (int i = 0; i < bytes.length(); i++) {
      byte b = bytes.at(i);
      array[size++] = HEX[b >> 4 & 15];
      array[size++] = HEX[b & 15];
    }
    array[size++] = '"';
  }

  /** A quoted string of base64, with padding. */
  void base64(Slice bytes) {
    int length = bytes.length();
    ensure((length + 2) / 3 * 4 + 2);
    array[size++] = '"';
    for (int i = 0; i < length; i += 3) {
      int left = length - i;
      int group =
          (bytes.at(i) & 255) << 16
              | (left > 1 ? (bytes.at(i + 1) & 255) << 8 : 0)
              | (left > 2 ? bytes.at(i + 2) & 255 : 0);
      array[size++] = BASE64[group >> 18];
      array[size++] = BASE64[group >> 12 & 63];
      array[size++] = left > 1 ? BASE64[group >> 6 & 63] : (byte) '=';
      array[size++] = left > 2 ? BASE64[group & 63] : (byte) '=';
    }
    array[size++] = '"';
  }

  /** {@code "2026-11-21T00:28:05.123456789Z"}. */
  void timestamp(long unixNanos) {
    long second = Math.floorDiv(unixNanos, 1_000_000_000L);
    int nano = (int) Math.floorMod(unixNanos, 1_000_000_000L);
    if (second != cachedSecond) {
      byte[] text = ascii(java.time.Instant.ofEpochSecond(second).toString());
      System.arraycopy(text, 0, cachedText, 0, 19); // without the Z
      cachedText[19] = '.';
      cachedSecond = second;
    }
    ensure(32);
    array[size++] = '"';
    System.arraycopy(cachedText, 0, array, size, 20);
    size += 20;
    LONG.set(array, size, eightDigits(nano / 10));
    array[size + 8] = (byte) ('0' + nano % 10);
    size += 9;
    array[size++] = 'Z';
    array[size++] = '"';
  }

  /**
   * The decimal digits of a number below 10^8 as ASCII, the first one in the lowest byte: divided
   * by 10^4, then both halves by 10^2, then all four quarters by 10, each with one multiplication.
   */
  static long eightDigits(int value) {
    long halves = value / 10_000 | (long) (value % 10_000) << 32;
    long hundreds = halves * 10_486 >>> 20 & 0x0000_007f_0000_007fL;
    long quarters = hundreds | halves - 100 * hundreds << 16;
    long tens = quarters * 103 >>> 10 & 0x000f_000f_000f_000fL;
    return tens | quarters - 10 * tens << 8 | ZEROS;
  }

  void string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    string(utf8, 0, utf8.length);
  }

  void string(Slice utf8) {
    string(utf8.array(), utf8.offset(), utf8.length());
  }

  /** {@code "name":} that is JSON already, after a comma unless it is the first of its object. */
  void name(byte[] name, boolean first) {
    ensure(name.length + 1);
    if (!first) {
      array[size++] = ',';
    }
    System.arraycopy(name, 0, array, size, name.length);
    size += name.length;
  }

  /** A quoted string; bytes that are no UTF-8 become U+FFFD as {@code new String} would do it. */
  void string(byte[] utf8, int offset, int length) {
    ensure(length + 10);
    array[size++] = '"';
    plain(utf8, offset, length);
    raw('"');
  }

  /** The inside of a quoted string. */
  void characters(byte[] utf8, int offset, int length) {
    ensure(length + 8);
    plain(utf8, offset, length);
  }

  /** There is room for it, when nothing in it needs an escape. */
  private void plain(byte[] utf8, int offset, int length) {
    int run = plainRun(utf8, offset, offset + length);
    System.arraycopy(utf8, offset, array, size, run);
    size += run;
    if (run < length) {
      escaped(utf8, offset + run, offset + length);
    }
  }

  private void escaped(byte[] utf8, int from, int end) {
    int at = from;
    while (at < end) {
      byte b = utf8[at];
      if (b >= 0) {
        escape(b);
        at++;
      } else {
        int width = sequenceLength(utf8, at, end);
        if (width == 0) {
          byte[] repaired =
              new String(utf8, at, end - at, StandardCharsets.UTF_8)
                  .getBytes(StandardCharsets.UTF_8);
          characters(repaired, 0, repaired.length);
          return;
        }
        ensure(width);
        System.arraycopy(utf8, at, array, size, width);
        size += width;
        at += width;
      }
      int run = plainRun(utf8, at, end);
      ensure(end - at + 8);
      System.arraycopy(utf8, at, array, size, run);
      size += run;
      at += run;
    }
  }

  /**
   * How many bytes from {@code from} on are ASCII that needs no escape; 32, then eight at a time.
   */
  private static int plainRun(byte[] bytes, int from, int end) {
    int at = from;
    while (at + 32 <= end
        && ((special(Words.at(bytes, at))
                    | special(Words.at(bytes, at + 8))
                    | special(Words.at(bytes, at + 16))
                    | special(Words.at(bytes, at + 24)))
                & HIGHS)
            == 0) {
      at += 32;
    }
    long special = 0;
    while (at + 8 <= end && (special = special(Words.at(bytes, at)) & HIGHS) == 0) {
      at += 8;
    }
    if (special == 0) { // less than a word is left
      long rest = Words.first(bytes, at, end - at) | SPACES << 8 * (end - at);
      special = special(rest) & HIGHS;
      if (special == 0) {
        return end - from;
      }
    }
    // exact for the lowest one: borrows only reach bytes above it
    return at - from + Words.index(special);
  }

  /** The highest bit of each byte that is no ASCII or needs an escape; may mark more above it. */
  private static long special(long v) {
    // a subtraction borrows from the highest bit of a byte that is less; that bit is set in others
    // only where v has it, and other bits are dropped by the caller
    long quote = v ^ 0x0202020202020202L; // it changes places with the space: below 0x21 now
    long backslash = v ^ 0x5c5c5c5c5c5c5c5cL;
    return v | (quote - 0x2121212121212121L) | (backslash - ONES);
  }

  private void escape(byte b) {
    ensure(6);
    array[size++] = '\\';
    switch (b) {
      case '"', '\\' -> array[size++] = b;
      case '\n' -> array[size++] = 'n';
      case '\r' -> array[size++] = 'r';
      case '\t' -> array[size++] = 't';
      default -> {
        array[size++] = 'u';
        array[size++] = '0';
        array[size++] = '0';
        array[size++] = HEX[b >> 4];
        array[size++] = HEX[b & 15];
      }
    }
  }

  /** Bytes of the well-formed UTF-8 sequence at {@code at} (Unicode 15, table 3-7), or 0. */
  private static int sequenceLength(byte[] bytes, int at, int end) {
    int first = bytes[at] & 255;
    int second = at + 1 < end ? bytes[at + 1] & 255 : 0;
    if (first >= 0xc2 && first <= 0xdf) {
      return (second & 0xc0) == 0x80 ? 2 : 0;
    }
    int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
      return at + 2 < end && (bytes[at + 2] & 0xc0) == 0x80 ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
      return at + 3 < end && (bytes[at + 2] & 0xc0) == 0x80 && (bytes[at + 3] & 0xc0) == 0x80
          ? 4
          : 0;
    }
    return 0;
  }

  private void ensure(int bytes) {
    if (array.length - size < bytes) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, Math.addExact(size, bytes)));
    }
  }
}
