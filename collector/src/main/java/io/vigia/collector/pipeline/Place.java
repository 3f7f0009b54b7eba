package io.vigia.collector.pipeline;

import io.vigia.collector.core.UnixTime;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogPosition;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a log as a person says it: {@code oldest}, {@code end}, a record's number, a time
 * ({@code 2026-11-21T03:00:00Z}) or how long ago ({@code 90s}, {@code 15m}, {@code 2h}, {@code
 * 1d}).
 */
public final class Place {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern AGO = Pattern.compile("(\\d{1,9})([smhd])");

  private final String text;

  private Place(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException says what can be written
   */
  public static Place parse(String text) {
    boolean known = text.equals("oldest") || text.equals("end") || NUMBER.matcher(text).matches();
    if (!known && !AGO.matcher(text).matches()) {
      try {
        Instant.parse(text);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is no place in a log: say oldest, end, a record's number, a time such as"
                + " 2026-11-21T03:00:00Z, or how long ago such as 15m or 2h");
      }
    }
    return new Place(text);
  }

  /**
   * @throws IllegalArgumentException for a number that is not in the log; names the range
   */
  LogPosition in(DiskLog log, Instant now) throws IOException {
    if (text.equals("oldest")) {
      return log.oldest();
    }
    if (text.equals("end")) {
      return log.end();
    }
    if (NUMBER.matcher(text).matches()) {
      long sequence = Long.parseLong(text);
      long oldest = log.oldest().sequence();
      long end = log.end().sequence();
      if (sequence < oldest || sequence > end) {
        throw new IllegalArgumentException(
            "the " + log.signal().id() + " log holds records " + oldest + " to " + end);
      }
      return log.at(sequence);
    }
    Instant time = AGO.matcher(text).matches() ? now.minus(ago()) : Instant.parse(text);
    return log.receivedAt(UnixTime.nanos(time));
  }

  private Duration ago() {
    Matcher ago = AGO.matcher(text);
    if (!ago.matches()) {
      throw new IllegalStateException(text);
    }
    long count = Long.parseLong(ago.group(1));
    return switch (ago.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
