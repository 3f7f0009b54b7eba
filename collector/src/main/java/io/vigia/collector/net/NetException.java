package io.vigia.collector.net;

import io.vigia.collector.core.CheckResult;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Why no answer came from a peer. The message is one line, names the peer and says what to look at.
 * Carries no stack trace: it is an answer, not a defect.
 */
public final class NetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a remedy differs. */
  public enum Kind {
    /** Nobody listens there. */
    REFUSED("is it running, and is this its port?"),
    /** No way leads there from here, or no connection can be begun. */
    UNREACHABLE(
        "is the host up, and do routes, firewalls and network policies let this one there?"),
    /** The name has no address. */
    DNS("check the spelling of the host name"),
    /** The handshake failed. */
    TLS("check https:// against http://, and the certificate authority (tls.ca)"),
    /** No (complete) answer in time. */
    TIMEOUT("is it overloaded, or does a firewall drop the packets?"),
    /** The files of {@code tls} cannot be used. */
    TLS_FILES(
        "tls.ca and tls.cert must be PEM, tls.key the certificate's, in PKCS#8 without a password"
            + " (openssl pkcs8 -topk8 -nocrypt)"),
    /** The file with the secret cannot be used. */
    SECRET("check tokenFile, passwordFile or apiKeyFile"),
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
  private final String summary;
  private final String remedy;

  public NetException(Kind kind, String summary) {
    this(kind, summary, kind.remedy());
  }

  /** With a better remedy than the kind's. */
  public NetException(Kind kind, String summary, String remedy) {
    super(remedy.isEmpty() ? summary : summary + " (" + remedy + ")");
    this.kind = kind;
    this.summary = summary;
    this.remedy = remedy;
  }

  /** What went wrong, for {@code vigia check}. */
  public CheckResult check() {
    return CheckResult.failed(summary, remedy);
  }

  @Override
  @SuppressWarnings("NullAway") // the constructors set it
  public String getMessage() {
    return super.getMessage();
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
    NetException tls = cause == null ? null : TlsFailure.of(peer, cause);
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof NetException e) {
        return e;
      }
      if (tls != null) {
        return tls;
      }
      if (t instanceof UnknownHostException) {
        return new NetException(Kind.DNS, peer + ": unknown host");
      }
      if (t instanceof io.netty.channel.ConnectTimeoutException) {
        return new NetException(Kind.UNREACHABLE, peer + ": no connection in time");
      }
      if (t instanceof ConnectException) {
        return new NetException(Kind.REFUSED, peer + ": connection refused");
      }
      if (t instanceof io.netty.handler.codec.http2.Http2Exception
          || t instanceof io.netty.handler.codec.DecoderException) {
        return new NetException(Kind.PROTOCOL, peer + ": not understood: " + oneLine(t));
      }
    }
    String what =
        cause == null || cause.getMessage() == null ? "connection closed" : oneLine(cause);
    return new NetException(Kind.CLOSED, peer + ": " + what);
  }

  private static String oneLine(Throwable t) {
    return oneLine(String.valueOf(t.getMessage()));
  }

  static String oneLine(String text) {
    String message = text;
    int end = message.indexOf('\n');
    message = end < 0 ? message : message.substring(0, end);
    return message.length() > 200 ? message.substring(0, 200) : message;
  }
}
