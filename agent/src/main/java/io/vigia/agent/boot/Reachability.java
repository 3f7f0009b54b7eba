package io.vigia.agent.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Asks the collector with an empty OTLP request whether it answers, and says in a few words why it
 * does not. Blocks for at most about three times the timeout.
 */
public final class Reachability {

  static final int TIMEOUT_MILLIS = 700;

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

  /** Probes OTLP over HTTP, or only the TCP connection when the port speaks gRPC. */
  public static Result otlp(URI base, boolean grpc) {
    return otlp(base, grpc, TlsFiles.find(), RequestHeaders.find());
  }

  static Result otlp(URI base, boolean grpc, TlsFiles tls, RequestHeaders headers) {
    String host = CollectorAddress.hostOf(base);
    if (grpc) {
      return tcp(host, base.getPort());
    }
    // a plain socket: HttpURLConnection may be instrumented and would give a span
    try (Socket plain = new Socket(Proxy.NO_PROXY)) {
      plain.connect(new InetSocketAddress(host, base.getPort()), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      Socket socket = plain;
      if ("https".equalsIgnoreCase(base.getScheme())) {
        SSLSocket secure =
            (SSLSocket) tls.current().createSocket(plain, host, base.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        socket = secure;
      }
      // an ExportTraceServiceRequest without spans is zero bytes long
      StringBuilder more = new StringBuilder();
      headers
          .current()
          .forEach((name, value) -> more.append(name).append(": ").append(value).append("\r\n"));
      String request =
          "POST "
              + base.getPath()
              + "/v1/traces HTTP/1.1\r\nHost: "
              + base.getAuthority()
              + "\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n"
              + more
              + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return ofStatusLine(firstLine(socket.getInputStream()));
    } catch (IOException e) {
      return failed(e);
    }
  }

  private static String firstLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read();
        c >= 0 && c != '\r' && c != '\n' && line.length() < 100;
        c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** Whether something accepts connections there. */
  public static Result tcp(String host, int port) {
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      return new Result(true, "reachable");
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** RFC 9112 section 4: {@code HTTP/1.1 200 OK}. */
  static Result ofStatusLine(String line) {
    if (!line.matches("HTTP/1\\.[01] \\d\\d\\d.*")) {
      return new Result(
          false,
          line.isEmpty() ? "it closes the connection" : "something that is not HTTP answers");
    }
    int status = Integer.parseInt(line.substring(9, 12));
    if (status >= 200 && status < 300) {
      return new Result(true, "reachable");
    }
    if (status == 401 || status == 403) {
      return new Result(false, "it refuses the credentials (HTTP " + status + ")");
    }
    if (status == 429 || status == 503) {
      return new Result(true, "reachable but overloaded (HTTP " + status + ")");
    }
    return new Result(
        false, "something that is not an OTLP receiver answers (HTTP " + status + ")");
  }

  private static Result failed(IOException e) {
    if (e instanceof UnknownHostException) {
      return new Result(false, "the host name cannot be resolved");
    }
    if (e instanceof SocketTimeoutException) {
      return new Result(false, "no answer within " + TIMEOUT_MILLIS + " ms");
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
