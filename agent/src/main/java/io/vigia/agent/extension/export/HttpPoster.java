package io.vigia.agent.extension.export;

import io.vigia.agent.boot.UrlHost;
import io.vigia.agent.boot.WebProxy;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one URL over one kept-alive HTTP/1.1 connection (RFC 9112), blocking. A plain socket rather
 * than a library: no threads, no classes to load at start, and nothing that the agent itself
 * instruments. Not thread-safe.
 */
final class HttpPoster {

  private static final int MAX_ADDRESSES = 2;
  private static final int MAX_RESPONSE_BYTES = 512 << 10;

  private final URI url;
  private final int connectTimeoutMillis;
  private final int timeoutMillis;
  private final @Nullable Tls tls;
  private final Via via;
  private @Nullable SSLSocketFactory used;
  private @Nullable Socket socket;

  /** Whether requests in plain text go to a proxy, which wants whole addresses. */
  private boolean byProxy;

  private @Nullable InputStream in;

  /** What {@link #abort} closes: the socket that is connecting, sending or waiting. */
  private volatile @Nullable Socket busy;

  /** Asked before each request: another factory than before means a new connection. */
  interface Tls {
    SSLSocketFactory current() throws IOException;
  }

  /** Asked before each connection. */
  interface Via {
    /** The address of a proxy, or {@code null}. */
    @Nullable InetSocketAddress proxy(URI url);
  }

  /** Status, and the seconds of {@code Retry-After} or -1. */
  static final class Response {
    final int status;
    final int retryAfterSeconds;
    final byte[] body;

    Response(int status, int retryAfterSeconds, byte[] body) {
      this.status = status;
      this.retryAfterSeconds = retryAfterSeconds;
      this.body = body;
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Through the JVM's proxy, if it has one for this address. */
  HttpPoster(URI url, int connectTimeoutMillis, int timeoutMillis, @Nullable Tls tls) {
    this(url, connectTimeoutMillis, timeoutMillis, tls, WebProxy::ofJvm);
  }

  HttpPoster(URI url, int connectTimeoutMillis, int timeoutMillis, @Nullable Tls tls, Via via) {
    this.url = url;
    this.via = via;
    this.connectTimeoutMillis = connectTimeoutMillis;
    this.timeoutMillis = timeoutMillis;
    this.tls = tls;
  }

  Response get(Map<String, List<String>> headers) throws IOException {
    return ask(null, headers);
  }

  Response post(byte[] body, Map<String, List<String>> headers) throws IOException {
    return ask(body, headers);
  }

  private Response ask(byte @Nullable [] body, Map<String, List<String>> headers)
      throws IOException {
    boolean reused = socket != null;
    try {
      return exchange(body, headers);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      if (!reused || ExitBudget.isSpent()) {
        throw e;
      }
    }
    // the server may have closed an idle connection
    return exchange(body, headers);
  }

  /** Ends a request that is under way, whatever it waits for; from any thread. */
  void abort() {
    Socket open = busy;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // it is over either way
      }
    }
  }

  void close() {
    busy = null;
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // nothing more can be done with it
      }
    }
  }

  /** A connection on which an exchange failed is closed: its answer would be the next one's. */
  private Response exchange(byte @Nullable [] post, Map<String, List<String>> headers)
      throws IOException {
    boolean isAnswered = false;
    try {
      send(post, headers);
      Response answer = response();
      isAnswered = true;
      return answer;
    } finally {
      if (!isAnswered) {
        close();
      }
    }
  }

  private void send(byte @Nullable [] post, Map<String, List<String>> headers) throws IOException {
    byte[] body = post == null ? new byte[0] : post;
    Socket connected = connect();
    StringBuilder head = new StringBuilder(256);
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String authority = url.getAuthority().substring(url.getAuthority().lastIndexOf('@') + 1);
    head.append(post == null ? "GET " : "POST ");
    head.append(byProxy ? "http://" + authority : "").append(path);
    if (url.getRawQuery() != null) {
      head.append('?').append(url.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(authority).append("\r\n");
    if (post != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    headers.forEach(
        (name, values) ->
            values.forEach(value -> head.append(name).append(": ").append(value).append("\r\n")));
    head.append("\r\n");
    byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = new byte[first.length + body.length];
    System.arraycopy(first, 0, request, 0, first.length);
    System.arraycopy(body, 0, request, first.length, body.length);
    write(connected.getOutputStream(), request);
  }

  private void write(OutputStream out, byte[] request) throws IOException {
    WriteDeadline deadline = WriteDeadline.start(this::abort, request.length, timeoutMillis);
    try {
      out.write(request);
      out.flush();
    } catch (IOException e) {
      throw deadline.cause(e);
    } finally {
      deadline.close();
    }
  }

  private Socket connect() throws IOException {
    SSLSocketFactory factory = tls == null ? null : tls.current();
    if (factory != used) {
      close();
      used = factory;
    }
    Socket open = socket;
    if (open != null) {
      return open;
    }
    String host = UrlHost.of(url);
    if (host == null) {
      throw new UnknownHostException("no host in the address");
    }
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    int given = UrlHost.port(url);
    int port = given >= 0 ? given : secure ? 443 : 80;
    InetSocketAddress proxy = via.proxy(url);
    byProxy = proxy != null && !secure;
    String peer = proxy == null ? host : proxy.getHostString();
    InetAddress[] addresses = Resolver.resolve(peer, connectTimeoutMillis);
    Socket plain = connect(addresses, proxy == null ? port : proxy.getPort());
    try {
      plain.setTcpNoDelay(true);
      plain.setSoTimeout(timeoutMillis);
      open = plain;
      if (proxy != null && secure) {
        WebProxy.tunnel(plain, host, port);
      }
      if (secure && factory != null) {
        SSLSocket ssl = (SSLSocket) factory.createSocket(plain, host, port, true);
        SSLParameters parameters = ssl.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        ssl.setSSLParameters(parameters);
        ssl.startHandshake();
        open = ssl;
      }
      in = new BufferedInputStream(open.getInputStream(), 1024);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
    socket = open;
    return open;
  }

  /** The first address that can be connected to; IPv6 and IPv4 of a name are two. */
  private Socket connect(InetAddress[] addresses, int port) throws IOException {
    IOException failure = null;
    for (int i = 0; i < Math.min(addresses.length, MAX_ADDRESSES); i++) {
      if (ExitBudget.isSpent()) {
        throw new SocketTimeoutException("no connection before the exit");
      }
      Socket plain = new Socket(Proxy.NO_PROXY);
      busy = plain;
      try {
        plain.connect(new InetSocketAddress(addresses[i], port), connectTimeoutMillis);
        return plain;
      } catch (IOException e) {
        plain.close();
        // where there is no IPv6, its loopback address says something else than what is wrong
        failure = failure == null || !addresses[i].isLoopbackAddress() ? e : failure;
      }
    }
    throw failure == null ? new UnknownHostException(UrlHost.of(url)) : failure;
  }

  private Response response() throws IOException {
    long deadlineNanos = System.nanoTime() + timeoutMillis * 1_000_000L;
    Response response = response(deadlineNanos);
    while (response.status < 200) { // interim (RFC 9110, section 15.2)
      response = response(deadlineNanos);
    }
    return response;
  }

  private Response response(long deadlineNanos) throws IOException {
    String statusLine = line(deadlineNanos);
    if (!statusLine.startsWith("HTTP/1.") || statusLine.length() < 12) {
      throw new IOException("the answer is not HTTP");
    }
    int status;
    try {
      status = Integer.parseInt(statusLine.substring(9, 12));
    } catch (NumberFormatException e) {
      throw new IOException("the answer is not HTTP", e);
    }
    int length = -1;
    int retryAfter = -1;
    boolean chunked = false;
    boolean keep = statusLine.startsWith("HTTP/1.1");
    for (String line = line(deadlineNanos); !line.isEmpty(); line = line(deadlineNanos)) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = colon < 0 ? "" : line.substring(colon + 1).trim();
      if (name.equals("content-length")) {
        length = number(value);
      } else if (name.equals("retry-after")) {
        retryAfter = number(value);
      } else if (name.equals("transfer-encoding")) {
        chunked = value.equalsIgnoreCase("chunked");
      } else if (name.equals("connection")) {
        keep = keep && !value.equalsIgnoreCase("close");
      }
    }
    byte[] body = new byte[0];
    if (chunked) {
      body = chunks(deadlineNanos);
    } else if (length > MAX_RESPONSE_BYTES || (length < 0 && status != 204 && status >= 200)) {
      keep = false;
    } else if (length > 0) {
      body = bytes(length, deadlineNanos);
    }
    if (!keep) {
      close();
    }
    return new Response(status, retryAfter, body);
  }

  private byte[] chunks(long deadlineNanos) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String header = line(deadlineNanos);
      int end = header.indexOf(';');
      int size;
      try {
        size = Integer.parseInt((end < 0 ? header : header.substring(0, end)).trim(), 16);
      } catch (NumberFormatException e) {
        throw new IOException("the answer is not HTTP", e);
      }
      if (size < 0 || body.size() + size > MAX_RESPONSE_BYTES) {
        throw new IOException("the answer is too long");
      }
      body.write(bytes(size, deadlineNanos));
      line(deadlineNanos);
      if (size == 0) {
        return body.toByteArray();
      }
    }
  }

  private byte[] bytes(int length, long deadlineNanos) throws IOException {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) read(deadlineNanos);
    }
    return bytes;
  }

  private String line(long deadlineNanos) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = read(deadlineNanos); c != '\n'; c = read(deadlineNanos)) {
      if (c != '\r') {
        line.append((char) c);
      }
      if (line.length() > 8192) {
        throw new IOException("the answer is not HTTP");
      }
    }
    return line.toString();
  }

  private int read(long deadlineNanos) throws IOException {
    InputStream from = in;
    if (from == null) {
      throw new EOFException("the connection is closed");
    }
    if (System.nanoTime() - deadlineNanos >= 0) {
      throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
    }
    try {
      int c = from.read();
      if (c < 0) {
        throw new EOFException("the collector closed the connection");
      }
      return c;
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
    }
  }

  private static int number(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
