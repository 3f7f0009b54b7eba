package io.vigia.collector.net;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** A complete response. */
public record HttpAnswer(int status, HttpHeaders headers, byte[] body) {

  /** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now; 0 when absent. */
  public long retryAfterMillis() {
    String value = header("retry-after");
    if (value == null) {
      return 0;
    }
    try {
      return Math.max(0, Math.min(Long.parseLong(value.trim()), 86_400)) * 1000;
    } catch (NumberFormatException notSeconds) {
      try {
        long at =
            ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
                .toInstant()
                .toEpochMilli();
        return Math.max(0, Math.min(at - System.currentTimeMillis(), 86_400_000));
      } catch (DateTimeException notDate) {
        return 0;
      }
    }
  }

  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** The start of the body as one line, for messages. */
  public String excerpt() {
    String text = new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8);
    return text.replaceAll("\\s+", " ").trim();
  }
}
