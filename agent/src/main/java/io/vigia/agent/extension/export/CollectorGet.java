package io.vigia.agent.extension.export;

import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A question to the collector by GET, with the credentials of the exports. Not thread-safe. */
public final class CollectorGet {

  private static final int CONNECT_MILLIS = 1_000;
  private static final int ANSWER_MILLIS = 5_000;

  /** It wants other credentials: a token may be written, or read there, a moment later. */
  public static final class UnauthorizedException extends IOException {
    private static final long serialVersionUID = 1;

    UnauthorizedException(int status) {
      super("HTTP " + status);
    }
  }

  private final HttpPoster http;
  private final RequestHeaders headers;

  public CollectorGet(URI url, TlsFiles tls, RequestHeaders headers) {
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    HttpPoster.Tls files = () -> tls.current().sockets();
    this.http = new HttpPoster(url, CONNECT_MILLIS, ANSWER_MILLIS, secure ? files : null);
    this.headers = headers;
  }

  /**
   * The body of a good answer, or {@code null} when there is no such path.
   *
   * @throws UnauthorizedException when the credentials are not taken
   * @throws IOException when there was no answer, or another one
   */
  public @Nullable String get() throws IOException {
    Map<String, List<String>> sent = new HashMap<>();
    headers.current().forEach((name, value) -> sent.put(name, Collections.singletonList(value)));
    HttpPoster.Response response = http.get(sent);
    // asked rarely: an idle connection would only be in the collector's way
    http.close();
    if (response.status >= 200 && response.status < 300) {
      return response.text();
    }
    if (response.status == 401 || response.status == 403) {
      throw new UnauthorizedException(response.status);
    }
    if (response.status >= 400 && response.status < 500 && response.status != 429) {
      return null;
    }
    throw new IOException("HTTP " + response.status);
  }
}
