package io.vigia.collector.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes ({@code 512MiB}) and durations ({@code 30s}). A number without a unit is refused. */
final class Units {
  private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]+)");

  private static final Map<String, Long> SIZES =
      Map.of(
          "B",
          1L,
          "kB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "TB",
          1_000_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40);

  private static final Map<String, Long> DURATIONS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Units() {}

  /**
   * @return bytes
   * @throws IllegalArgumentException with the problem and the remedy
   */
  static long sizeBytes(String text) {
    return parse(text, SIZES, "a size with a unit, like 512MiB or 10GiB");
  }

  /**
   * @return milliseconds
   * @throws IllegalArgumentException with the problem and the remedy
   */
  static long durationMillis(String text) {
    return parse(text, DURATIONS, "a duration with a unit, like 500ms, 30s, 10m, 24h or 7d");
  }

  private static long parse(String text, Map<String, Long> units, String expected) {
    Matcher matcher = AMOUNT.matcher(text.trim());
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("\"" + text + "\" is not " + expected);
    }
    BigDecimal amount = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    if (amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" is too large");
    }
    return amount.setScale(0, RoundingMode.DOWN).longValueExact();
  }
}
