package io.vigia.collector.receive;

import io.vigia.collector.otlp.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds which of a few names some bytes are, by comparing the first and the last eight of them,
 * which are all. Immutable.
 */
public final class ShortNames {
  private static final int MAX_BYTES = 15;
  private static final long ALL_BITS = -1L;
  private static final long BUT_CASE = ~0x2020_2020_2020_2020L;

  private final long bits;
  private final long[] heads;
  private final long[] tails;

  /** Length → which names have it. */
  private final int[][] byLength = new int[MAX_BYTES + 1][0];

  private ShortNames(List<String> names, long bits) {
    this.bits = bits;
    this.heads = new long[names.size()];
    this.tails = new long[names.size()];
    for (int i = 0; i < names.size(); i++) {
      byte[] name = names.get(i).getBytes(StandardCharsets.US_ASCII);
      heads[i] = Words.head(name, 0, name.length) & bits;
      tails[i] = Words.tail(name, 0, name.length) & bits;
      int[] row = byLength[name.length];
      byLength[name.length] = Arrays.copyOf(row, row.length + 1);
      byLength[name.length][row.length] = i;
    }
  }

  /**
   * @param names ASCII, of {@value #MAX_BYTES} characters at most
   */
  public static ShortNames of(List<String> names) {
    return new ShortNames(names, ALL_BITS);
  }

  /**
   * The same, upper case or lower.
   *
   * @param names letters only
   */
  public static ShortNames inAnyCase(List<String> names) {
    return new ShortNames(names, BUT_CASE);
  }

  /** The index of the name, or -1. */
  public int find(byte[] array, int offset, int length) {
    if (length <= MAX_BYTES && byLength[length].length > 0) {
      long head = Words.head(array, offset, length) & bits;
      long tail = Words.tail(array, offset, length) & bits;
      for (int i : byLength[length]) {
        if (heads[i] == head && tails[i] == tail) {
          return i;
        }
      }
    }
    return -1;
  }
}
