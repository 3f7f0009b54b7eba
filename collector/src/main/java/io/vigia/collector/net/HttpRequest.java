package io.vigia.collector.net;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One complete request.
 *
 * @param method {@code GET}, {@code HEAD} or {@code POST}
 * @param path decoded path, begins with a slash
 * @param query decoded parameters of the query string, in order
 * @param headers by lower-case name; the values of repeated headers in order
 * @param body the whole body, decoded of transfer encodings; not to be changed
 */
public record HttpRequest(
    String method,
    String path,
    Map<String, List<String>> query,
    Map<String, List<String>> headers,
    byte[] body) {

  /** The first value of a query parameter, or null when it is absent or empty. */
  public @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
  }

  /** The first value of a header (any case), or null. */
  public @Nullable String header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null || values.isEmpty() ? null : values.get(0);
  }
}
