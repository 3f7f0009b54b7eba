package io.vigia.collector.store;

import java.util.List;
import java.util.Locale;

/**
 * Log levels. Numbers are OTLP's (opentelemetry/proto/logs/v1/logs.proto, {@code SeverityNumber}):
 * 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn, 17–20 error, 21–24 fatal, 0 unknown.
 */
public final class Severity {
  /** From the least to the gravest; the index is the number's range. */
  private static final List<String> NAMES =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

  private Severity() {}

  /** The level of a severity number, or {@code UNSET}. */
  public static String nameOf(int number) {
    return number < 1 || number > 24 ? "UNSET" : NAMES.get((number - 1) / 4);
  }

  /** The lowest number of a level by its usual names (any case), or 0. */
  public static int numberOf(String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "TRACE", "FINEST", "FINER" -> 1;
      case "DEBUG", "FINE", "CONFIG" -> 5;
      case "INFO", "INFORMATION", "NOTICE" -> 9;
      case "WARN", "WARNING" -> 13;
      case "ERROR", "ERR", "SEVERE" -> 17;
      case "FATAL", "CRITICAL", "CRIT", "ALERT", "EMERG", "EMERGENCY", "PANIC" -> 21;
      default -> 0;
    };
  }
}
