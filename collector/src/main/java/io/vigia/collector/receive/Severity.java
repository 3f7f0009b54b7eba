package io.vigia.collector.receive;

import io.vigia.collector.otlp.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Level names of the common logging libraries and of syslog, as OTLP severity numbers. Source: OTLP
 * "Logs Data Model", Appendix B.
 */
public final class Severity {
  private static final String[] NAMES = {
    "TRACE",
    "FINEST",
    "ALL",
    "DEBUG",
    "FINE",
    "FINER",
    "CONFIG",
    "VERBOSE",
    "INFO",
    "INFORMATION",
    "INFORMATIONAL",
    "NOTICE",
    "WARN",
    "WARNING",
    "ERROR",
    "ERR",
    "SEVERE",
    "CRITICAL",
    "CRIT",
    "ALERT",
    "FATAL",
    "EMERG",
    "EMERGENCY",
    "PANIC"
  };
  private static final int[] NUMBERS = {
    1, 1, 1, 5, 5, 3, 7, 5, 9, 9, 9, 10, 13, 13, 17, 17, 17, 18, 18, 19, 21, 21, 21, 21
  };

  private static final int[][] BY_LENGTH = new int[16][0];

  /** The first and the last eight letters of each, which are all. */
  private static final long[] HEADS = new long[NAMES.length];

  private static final long[] TAILS = new long[NAMES.length];

  /** Lower case becomes upper case. */
  private static final long UPPER = ~0x2020_2020_2020_2020L;

  static {
    for (int i = 0; i < NAMES.length; i++) {
      byte[] name = NAMES[i].getBytes(StandardCharsets.US_ASCII);
      HEADS[i] = Words.head(name, 0, name.length);
      TAILS[i] = Words.tail(name, 0, name.length);
      int[] row = BY_LENGTH[name.length];
      BY_LENGTH[name.length] = Arrays.copyOf(row, row.length + 1);
      BY_LENGTH[name.length][row.length] = i;
    }
  }

  private Severity() {}

  /** {@code SeverityNumber}, or 0 when the name is unknown. Case does not matter. */
  public static int number(byte[] array, int offset, int length) {
    if (length < BY_LENGTH.length && BY_LENGTH[length].length > 0) {
      long head = Words.head(array, offset, length) & UPPER;
      long tail = Words.tail(array, offset, length) & UPPER;
      for (int i : BY_LENGTH[length]) {
        if (HEADS[i] == head && TAILS[i] == tail) {
          return NUMBERS[i];
        }
      }
    }
    return 0;
  }
}
