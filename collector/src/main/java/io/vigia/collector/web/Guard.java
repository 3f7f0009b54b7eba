package io.vigia.collector.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vigia.collector.net.HttpHandler;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other web sites from reading what is here through a visitor's browser.
 *
 * <ul>
 *   <li>DNS rebinding: on a loopback address only local names are accepted in {@code Host}.
 *   <li>Cross-origin requests: refused by {@code Origin} and {@code Sec-Fetch-Site}; following a
 *       link to the page is fine.
 *   <li>Everything the page may load is named in a content security policy; nothing inline.
 * </ul>
 */
final class Guard {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean loopback;
  private final String listenHost;

  Guard(InetSocketAddress listen) {
    InetAddress address = listen.getAddress();
    loopback = address != null && address.isLoopbackAddress();
    listenHost = listen.getHostString().toLowerCase(Locale.ROOT);
  }

  HttpHandler wrap(HttpHandler handler) {
    return request -> {
      String refusal = refusal(request);
      HttpResponse response = refusal == null ? handler.handle(request) : refused(request, refusal);
      return response
          .with("Content-Security-Policy", POLICY)
          .with("X-Content-Type-Options", "nosniff")
          .with("Referrer-Policy", "no-referrer")
          .with("Cross-Origin-Resource-Policy", "same-origin")
          .with("Cross-Origin-Opener-Policy", "same-origin");
    };
  }

  private static HttpResponse refused(HttpRequest request, String why)
      throws JsonProcessingException {
    return request.path().startsWith("/api/") ? Json.error(403, why) : HttpResponse.text(403, why);
  }

  private @Nullable String refusal(HttpRequest request) {
    String host = request.header("host");
    if (host == null) {
      return "a Host header is required";
    }
    String name = withoutPort(host.toLowerCase(Locale.ROOT));
    if (loopback && !LOCAL_NAMES.contains(name) && !name.equals(listenHost)) {
      return "this port is for this machine: open it as http://localhost";
    }
    String origin = request.header("origin");
    if (origin != null && !sameHost(origin, host)) {
      return "requests from other sites are refused";
    }
    String site = request.header("sec-fetch-site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      boolean link =
          "navigate".equals(request.header("sec-fetch-mode"))
              && !request.path().startsWith("/api/");
      return link ? null : "requests from other sites are refused";
    }
    return null;
  }

  private static boolean sameHost(String origin, String host) {
    try {
      return host.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(0, host.indexOf(']') + 1);
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }
}
