package io.vigia.collector.receive.forward;

/**
 * Level names of the common logging libraries and of syslog, as OTLP severity numbers. Source: OTLP
 * "Logs Data Model", Appendix B.
 */
final class Severity {
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

  private Severity() {}

  /** {@code SeverityNumber}, or 0 when the name is unknown. Case does not matter. */
  static int number(byte[] array, int offset, int length) {
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].length() == length && matches(NAMES[i], array, offset)) {
        return NUMBERS[i];
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
