package io.vigia.demo.load;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 90}, {@code 90s}, {@code 5m}, {@code 2h}, {@code 250ms}; a number alone is seconds. */
final class TimeConverter implements ITypeConverter<Duration> {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|)");

  @Override
  public Duration convert(String text) {
    Matcher time = TIME.matcher(text.strip());
    if (!time.matches()) {
      throw new TypeConversionException("'" + text + "' is no time; 90, 90s, 5m or 2h would be");
    }
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }
}
