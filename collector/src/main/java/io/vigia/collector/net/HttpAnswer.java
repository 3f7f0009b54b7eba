package io.vigia.collector.net;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A complete response. */
public record HttpAnswer(int status, HttpHeaders headers, byte[] body) {
  /** What to do when it {@link #isAboutTheWay}. */
  public static final String CHECK_THE_WAY =
      "check https:// against http://, and the proxy that may be between";

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
        String date = header("date"); // of the same clock: ours may be another
        long now = date == null ? System.currentTimeMillis() : millis(date);
        return Math.max(0, Math.min(millis(value) - now, 86_400_000));
      } catch (DateTimeException notDate) {
        return 0;
      }
    }
  }

  private static long millis(String date) {
    return ZonedDateTime.parse(date.trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
        .toInstant()
        .toEpochMilli();
  }

  /**
   * Whether it is about the way here and not about what was sent: a web page, as proxies answer, or
   * what a server says that was spoken to without TLS (Go's and Tomcat's are no pages). Such a 4xx
   * refuses no data.
   */
  public boolean isAboutTheWay() {
    String type = header("content-type");
    String words = excerpt();
    return (type != null && type.trim().toLowerCase(Locale.ROOT).startsWith("text/html"))
        || words.contains("HTTP request to an HTTPS server")
        || words.contains("host and port requires TLS");
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
