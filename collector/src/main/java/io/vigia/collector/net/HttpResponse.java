package io.vigia.collector.net;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One complete response.
 *
 * @param headers besides {@code Content-Type}, {@code Content-Length} and the connection's own
 * @param body not to be changed any more
 */
public record HttpResponse(
    int status, String contentType, Map<String, String> headers, byte[] body) {
  private static final String TEXT = "text/plain; charset=utf-8";

  public static HttpResponse of(int status, String contentType, byte[] body) {
    return new HttpResponse(status, contentType, Map.of(), body);
  }

  /** A line of text; a line end is added. */
  public static HttpResponse text(int status, String line) {
    return of(status, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** UTF-8 encoded JSON. */
  public static HttpResponse json(int status, byte[] body) {
    return of(status, "application/json", body);
  }

  /** The same response with one more header. */
  public HttpResponse with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpResponse(status, contentType, more, body);
  }
}
