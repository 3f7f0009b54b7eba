package io.vigia.collector.net;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a peer is.
 *
 * @param path path and query as given, never ending in {@code /}; empty when there is none
 * @param authorization value of an {@code Authorization} header made of the URL's user information,
 *     or null
 */
public record Endpoint(
    boolean tls, String host, int port, String path, @Nullable String authorization) {

  /**
   * Reads {@code http[s]://[user:password@]host[:port][/path]}; without a scheme {@code http} is
   * meant.
   *
   * @throws IllegalArgumentException in one line, naming the text
   */
  public static Endpoint parse(String url, int defaultPort) {
    URI uri;
    try {
      uri = new URI(url.contains("://") ? url : "http://" + url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not a URL: " + url, e);
    }
    String scheme = String.valueOf(uri.getScheme());
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("neither http:// nor https://: " + url);
    }
    String host = uri.getHost();
    if (host == null) {
      throw new IllegalArgumentException("no host name in: " + url);
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    boolean tls = scheme.equals("https");
    int port = uri.getPort() >= 0 ? uri.getPort() : defaultPort > 0 ? defaultPort : tls ? 443 : 80;
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (uri.getRawQuery() != null) {
      path += "?" + uri.getRawQuery();
    }
    String user = uri.getUserInfo();
    String authorization =
        user == null
            ? null
            : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    return new Endpoint(tls, host, port, path, authorization);
  }

  /** Whether the peer is on this machine, so that bytes on the wire cost nothing. */
  public boolean loopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }

  /** {@code host:port}. */
  public String authority() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** The whole address, without the password. */
  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority() + path;
  }
}
