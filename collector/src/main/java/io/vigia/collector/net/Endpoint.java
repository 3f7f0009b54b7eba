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
    URI address = withoutUnderscores(uri);
    String host = address.getHost();
    if (host == null) {
      throw new IllegalArgumentException("no host name in: " + url);
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    } else {
      int from = uri.getRawAuthority().lastIndexOf('@') + 1;
      host = uri.getRawAuthority().substring(from, from + host.length());
    }
    boolean tls = scheme.equals("https");
    int given = address.getPort();
    int port = given >= 0 ? given : defaultPort > 0 ? defaultPort : tls ? 443 : 80;
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (uri.getRawQuery() != null) {
      path += "?" + uri.getRawQuery();
    }
    String user = address.getUserInfo();
    String authorization =
        user == null
            ? null
            : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    return new Endpoint(tls, host, port, path, authorization);
  }

  /**
   * An address of the same shape of which {@link URI} knows the parts. It knows none where the name
   * has an underscore, as many have that Docker Compose makes.
   */
  private static URI withoutUnderscores(URI uri) {
    String authority = uri.getRawAuthority();
    if (uri.getHost() != null || authority == null) {
      return uri;
    }
    int host = authority.lastIndexOf('@') + 1;
    return URI.create(
        "http://" + authority.substring(0, host) + authority.substring(host).replace('_', 'x'));
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
