package io.vigia.collector.receive;

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

  static {
    for (int i = 0; i < NAMES.length; i++) {
      int[] row = BY_LENGTH[NAMES[i].length()];
      BY_LENGTH[NAMES[i].length()] = Arrays.copyOf(row, row.length + 1);
      BY_LENGTH[NAMES[i].length()][row.length] = i;
    }
  }

  private Severity() {}

  /** {@code SeverityNumber}, or 0 when the name is unknown. Case does not matter. */
  public static int number(byte[] array, int offset, int length) {
    if (length < BY_LENGTH.length) {
      for (int i : BY_LENGTH[length]) {
        if (matches(NAMES[i], array, offset)) {
          return NUMBERS[i];
        }
      }
    }
    return 0;
  }

  private static boolean matches(String name, byte[] array, int offset) {
    for (int i = 0; i < name.length(); i++) {
      if ((array[offset + i] & ~0x20) != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
