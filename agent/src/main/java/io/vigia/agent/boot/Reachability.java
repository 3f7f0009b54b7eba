package io.vigia.agent.boot;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Asks the collector with an empty OTLP request whether it answers, and says in a few words why it
 * does not. Blocks for at most about three times the timeout; {@link Probe} bounds that.
 */
public final class Reachability {

  /** Of a connection and of each answer; of everything with {@link Probe}. */
  static final int TIMEOUT_MILLIS = 800;

  private static final String NOT_OTLP = "something that is not an OTLP receiver answers";
  private static final Result REACHABLE = new Result(true, "reachable");

  // RFC 9113 sections 4.1 and 6.5
  private static final int FRAME_HEADER_BYTES = 9;
  private static final int FRAME_TYPE = 3;
  private static final byte SETTINGS = 4;

  /** The answer and the words for it. */
  public static final class Result {
    private final boolean ok;
    private final String detail;

    Result(boolean ok, String detail) {
      this.ok = ok;
      this.detail = detail;
    }

    public boolean isOk() {
      return ok;
    }

    /** What a person reads: {@code reachable}, {@code connection refused: …}. */
    public String detail() {
      return detail;
    }
  }

  /**
   * Probes OTLP over HTTP, or whether a gRPC server answers.
   *
   * @param signal {@code traces}, {@code metrics} or {@code logs}: some backends take one only
   */
  static Result otlp(URI base, boolean grpc, String signal) {
    return otlp(base, grpc, signal, TlsFiles.find(signal), RequestHeaders.find(signal));
  }

  static Result otlp(URI base, boolean grpc, String signal, TlsFiles tls, RequestHeaders headers) {
    return at(URI.create(base + "/v1/" + signal), grpc, tls, headers);
  }

  /** The same where a signal's own endpoint is, which is asked as it is. */
  static Result at(URI endpoint, boolean grpc, String signal) {
    return at(endpoint, grpc, TlsFiles.find(signal), RequestHeaders.find(signal));
  }

  private static Result at(URI endpoint, boolean grpc, TlsFiles tls, RequestHeaders headers) {
    boolean https = "https".equalsIgnoreCase(endpoint.getScheme());
    String host = UrlHost.of(endpoint);
    if (host == null || !(https || "http".equalsIgnoreCase(endpoint.getScheme()))) {
      return new Result(false, "it is no URL with http or https");
    }
    int port = UrlHost.port(endpoint) >= 0 ? UrlHost.port(endpoint) : https ? 443 : 80;
    InetSocketAddress proxy = WebProxy.ofJvm(endpoint);
    // a plain socket: HttpURLConnection may be instrumented and would give a span
    try (Socket plain =
        proxy == null ? connect(host, port) : connect(proxy.getHostString(), proxy.getPort())) {
      plain.setSoTimeout(TIMEOUT_MILLIS);
      if (proxy != null) {
        WebProxy.tunnel(plain, host, port);
      }
      Socket socket = plain;
      if (https) {
        SSLSocket secure =
            (SSLSocket) tls.current().sockets().createSocket(plain, host, port, true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        boolean http2 = !grpc || offerHttp2(parameters);
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        if (!http2) {
          return REACHABLE; // without that offer a gRPC server says no more
        }
        socket = secure;
      }
      return grpc ? askGrpc(socket) : askHttp(socket, endpoint, headers);
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** RFC 7301; the method is not in every Java 8. */
  private static boolean offerHttp2(SSLParameters parameters) {
    try {
      SSLParameters.class
          .getMethod("setApplicationProtocols", String[].class)
          .invoke(parameters, (Object) new String[] {"h2"});
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static Result askHttp(Socket socket, URI endpoint, RequestHeaders headers)
      throws IOException {
    // an Export…ServiceRequest without anything in it is zero bytes long
    StringBuilder more = new StringBuilder();
    headers
        .current()
        .forEach((name, value) -> more.append(name).append(": ").append(value).append("\r\n"));
    String request =
        "POST "
            + (endpoint.getRawPath().isEmpty() ? "/" : endpoint.getRawPath())
            + (endpoint.getRawQuery() == null ? "" : "?" + endpoint.getRawQuery())
            + " HTTP/1.1\r\nHost: "
            + endpoint.getRawAuthority().replaceFirst(".*@", "")
            + "\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n"
            + more
            + "Connection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    InputStream in = new BufferedInputStream(socket.getInputStream());
    String status;
    String contentType;
    do {
      status = line(in);
      contentType = "";
      String header = line(in);
      for (int i = 0; i < 100 && !header.isEmpty(); i++) {
        if (header.toLowerCase(Locale.ROOT).startsWith("content-type:")) {
          contentType = header.substring("content-type:".length()).trim();
        }
        header = line(in);
      }
    } while (status.startsWith("HTTP/1.1 1")); // interim (RFC 9110, section 15.2)
    return ofAnswer(status, contentType);
  }

  /** Without its end, which is CR LF; the rest of a long one is left out. */
  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r' && line.length() < 200) {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** RFC 9113 section 3.4: each side begins with a SETTINGS frame, the client after a preface. */
  private static Result askGrpc(Socket socket) throws IOException {
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    byte[] begin = Arrays.copyOf(preface, preface.length + FRAME_HEADER_BYTES);
    begin[preface.length + FRAME_TYPE] = SETTINGS;
    socket.getOutputStream().write(begin);
    InputStream in = socket.getInputStream();
    for (int i = 0; i < FRAME_TYPE; i++) {
      int length = in.read();
      if (length < 0) {
        return new Result(false, "it closes the connection, as servers without gRPC do");
      }
    }
    return in.read() == SETTINGS
        ? REACHABLE
        : new Result(false, "something that is not gRPC answers");
  }

  /** Whether something accepts connections there. */
  public static Result tcp(String host, int port) {
    try (Socket socket = connect(host, port)) {
      return REACHABLE;
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** To the first address; where this machine is meant, to the second one if need be. */
  private static Socket connect(String host, int port) throws IOException {
    InetAddress[] addresses = HostLookup.all(host);
    try {
      return connect(addresses[0], port);
    } catch (ConnectException e) {
      if (addresses.length > 1 && addresses[1].isLoopbackAddress()) {
        try {
          return connect(addresses[1], port);
        } catch (IOException second) {
          e.addSuppressed(second);
        }
      }
      throw e;
    }
  }

  private static Socket connect(InetAddress address, int port) throws IOException {
    Socket socket = new Socket(Proxy.NO_PROXY);
    try {
      socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * RFC 9112 section 4: {@code HTTP/1.1 200 OK}. OTLP is answered in the type that was sent, by
   * some without any; a web page that asks people to log in is neither.
   */
  static Result ofAnswer(String line, String contentType) {
    if (!line.matches("HTTP/1\\.[01] \\d\\d\\d.*")) {
      return new Result(
          false,
          line.isEmpty() ? "it closes the connection" : "something that is not HTTP answers");
    }
    int status = Integer.parseInt(line.substring(9, 12));
    if (status >= 200 && status < 300) {
      return contentType.isEmpty()
              || contentType.startsWith("application/x-protobuf")
              || contentType.startsWith("application/json")
          ? REACHABLE
          : new Result(false, NOT_OTLP + " (HTTP " + status + ", " + contentType + ")");
    }
    if (status == 401 || status == 403) {
      return new Result(false, "it refuses the credentials (HTTP " + status + ")");
    }
    if (status == 429 || status == 503) {
      return new Result(true, "reachable but overloaded (HTTP " + status + ")");
    }
    return new Result(false, NOT_OTLP + " (HTTP " + status + ")");
  }

  static Result noAnswer() {
    return new Result(false, "no answer within " + TIMEOUT_MILLIS + " ms");
  }

  private static Result failed(IOException e) {
    if (e instanceof UnknownHostException) {
      return new Result(false, "the host name cannot be resolved");
    }
    if (e instanceof SocketTimeoutException) {
      return noAnswer();
    }
    if (e instanceof ConnectException) {
      return new Result(false, "connection refused, nothing listens there");
    }
    if (e instanceof NoRouteToHostException) {
      return new Result(false, "no route to the host");
    }
    if (e instanceof SSLException) {
      return new Result(false, "TLS failed: " + e.getMessage());
    }
    return new Result(false, "the connection broke: " + e.getMessage());
  }

  private Reachability() {}
}
