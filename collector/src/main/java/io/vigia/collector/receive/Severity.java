package io.vigia.collector.receive;

import java.util.List;

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

  private static final ShortNames SHORT_NAMES = ShortNames.inAnyCase(List.of(NAMES));

  private Severity() {}

  /** {@code SeverityNumber}, or 0 when the name is unknown. Case does not matter. */
  public static int number(byte[] array, int offset, int length) {
    int found = SHORT_NAMES.find(array, offset, length);
    return found < 0 ? 0 : NUMBERS[found];
  }
}
