package io.vigia.agent.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** HTTP proxies (RFC 9110 section 9.3.6); SOCKS is not spoken here. */
public final class WebProxy {

  private static final int MAX_HEAD_BYTES = 16 << 10;

  /**
   * The one that the JVM's settings ({@code https.proxyHost}, …) name for an https address, or
   * {@code null}. What is asked in plain text is the node's collector or another near one, and is
   * asked directly.
   */
  public static @Nullable InetSocketAddress ofJvm(URI url) {
    return "https".equalsIgnoreCase(url.getScheme()) ? of(url, ProxySelector.getDefault()) : null;
  }

  /** The first one that the selector names, not looked up, or {@code null} to ask directly. */
  public static @Nullable InetSocketAddress of(URI url, @Nullable ProxySelector selector) {
    for (Proxy each :
        selector == null ? new Proxy[0] : selector.select(url).toArray(new Proxy[0])) {
      if (each.type() == Proxy.Type.HTTP && each.address() instanceof InetSocketAddress) {
        return (InetSocketAddress) each.address();
      }
      if (each.type() == Proxy.Type.DIRECT) {
        return null;
      }
    }
    return null;
  }

  /**
   * Makes a connection to a proxy one to the host behind it.
   *
   * @throws IOException if the proxy does not, with what it answered
   */
  public static void tunnel(Socket toProxy, String host, int port) throws IOException {
    String authority = UrlHost.authority(host, port);
    toProxy
        .getOutputStream()
        .write(
            ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    // byte by byte: what follows the head is the host's
    InputStream in = toProxy.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int c = in.read();
      if (c < 0 || head.length() > MAX_HEAD_BYTES) {
        throw new IOException("the proxy does not answer as one");
      }
      head.append((char) c);
    }
    String status = head.substring(0, head.indexOf("\r\n"));
    if (!status.matches("HTTP/1\\.[01] 2\\d\\d.*")) {
      throw new IOException("the proxy answers " + status);
    }
  }

  private WebProxy() {}
}
