package io.vigia.collector.net;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One complete response.
 *
 * @param headers besides {@code Content-Type}, {@code Content-Length} and the connection's own
 * @param body not to be changed any more
 * @param pieces the body instead, when it is too large to be in memory as a whole
 */
public record HttpResponse(
    int status,
    String contentType,
    Map<String, String> headers,
    byte[] body,
    @Nullable Iterator<byte[]> pieces) {
  private static final String TEXT = "text/plain; charset=utf-8";

  public static HttpResponse of(int status, String contentType, byte[] body) {
    return new HttpResponse(status, contentType, Map.of(), body, null);
  }

  /**
   * With a body that is made as the client takes it.
   *
   * @param pieces asked for the next one by the connection's thread: not to block
   */
  public static HttpResponse inPieces(int status, String contentType, Iterator<byte[]> pieces) {
    return new HttpResponse(status, contentType, Map.of(), new byte[0], pieces);
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
    return new HttpResponse(status, contentType, more, body, pieces);
  }
}
