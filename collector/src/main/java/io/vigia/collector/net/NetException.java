package io.vigia.collector.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why no answer came from a peer. The message is one line and names the peer. Carries no stack
 * trace: it is an answer, not a defect.
 */
public final class NetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a remedy differs. */
  public enum Kind {
    /** Nobody listens there. */
    REFUSED("is it running, and is this its port?"),
    /** The name has no address. */
    DNS("check the spelling of the host name"),
    /** The handshake failed. */
    TLS("check https:// against http://, and the certificate authority (tls.ca)"),
    /** No (complete) answer in time. */
    TIMEOUT("is it overloaded, or does a firewall drop the packets?"),
    /** The connection ended before the answer did. */
    CLOSED("did it restart, or does it speak TLS while this end does not?"),
    /** The answer was not the protocol. */
    PROTOCOL("is this the right port? the peer speaks another protocol"),
    /** The answer was larger than allowed. */
    TOO_LARGE("is this the right service?"),
    /** This end was closed. */
    SHUTDOWN("");

    private final String remedy;

    Kind(String remedy) {
      this.remedy = remedy;
    }

    /** One line: what to look at. */
    public String remedy() {
      return remedy;
    }
  }

  private final Kind kind;

  public NetException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /** Maps whatever Netty or the JDK threw while talking to {@code peer}. */
  public static NetException of(String peer, @Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof NetException e) {
        return e;
      }
      if (t instanceof UnknownHostException) {
        return new NetException(Kind.DNS, peer + ": unknown host");
      }
      if (t instanceof io.netty.channel.ConnectTimeoutException) {
        return new NetException(Kind.TIMEOUT, peer + ": no connection in time");
      }
      if (t instanceof ConnectException || t instanceof NoRouteToHostException) {
        return new NetException(Kind.REFUSED, peer + ": connection refused");
      }
      if (t instanceof SSLException) {
        return new NetException(Kind.TLS, peer + ": TLS handshake failed: " + oneLine(t));
      }
      if (t instanceof io.netty.handler.codec.http2.Http2Exception
          || t instanceof io.netty.handler.codec.DecoderException) {
        return new NetException(Kind.PROTOCOL, peer + ": not understood: " + oneLine(t));
      }
    }
    String what = cause == null ? "connection closed" : oneLine(cause);
    return new NetException(Kind.CLOSED, peer + ": " + what);
  }

  private static String oneLine(Throwable t) {
    String message = String.valueOf(t.getMessage());
    int end = message.indexOf('\n');
    message = end < 0 ? message : message.substring(0, end);
    return message.length() > 200 ? message.substring(0, 200) : message;
  }
}
