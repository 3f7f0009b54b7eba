package io.vigia.agent.boot;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Host and port of an address. {@link URI} itself knows neither where the name has an underscore,
 * as many have that Docker Compose makes.
 */
public final class UrlHost {

  /** Without the brackets of an IPv6 address; {@code null} if there is none. */
  public static @Nullable String of(URI uri) {
    String host = withoutUnderscores(uri).getHost();
    if (host == null) {
      return null;
    }
    if (host.startsWith("[")) {
      return host.substring(1, host.length() - 1);
    }
    int from = uri.getRawAuthority().lastIndexOf('@') + 1;
    return uri.getRawAuthority().substring(from, from + host.length());
  }

  /** -1 if none is given. */
  public static int port(URI uri) {
    return withoutUnderscores(uri).getPort();
  }

  /** {@code host:port}, with brackets around an IPv6 address. */
  public static String authority(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** The same in length. */
  private static URI withoutUnderscores(URI uri) {
    String authority = uri.getRawAuthority();
    return uri.getHost() != null || authority == null
        ? uri
        : URI.create("http://" + authority.replace('_', 'x'));
  }

  private UrlHost() {}
}
