package io.vigia.collector.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vigia.collector.net.NetException.Kind;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a failed handshake means, and what to do. The words looked for are the JDK's. */
final class TlsFailure {
  private TlsFailure() {}

  /** Null when the failure is not one of TLS. */
  static @Nullable NetException of(String peer, Throwable failure) {
    String words = "";
    boolean tls = false;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof NotSslRecordException) {
        return said(
            peer, "it does not speak TLS", "use no TLS there (http://), or is it another port?");
      }
      if (t instanceof SslHandshakeTimeoutException) {
        return said(
            peer, "no TLS handshake in time", "does it speak TLS? if not, use none (http://)");
      }
      if (t instanceof CertificateExpiredException) {
        return said(
            peer,
            "its certificate expired (" + t.getMessage() + ")",
            "renew that certificate; or is this machine's clock wrong?");
      }
      if (t instanceof CertificateNotYetValidException) {
        return said(
            peer,
            "its certificate is not valid yet (" + t.getMessage() + ")",
            "is this machine's clock wrong?");
      }
      tls |= t instanceof SSLException;
      words = t.getMessage() == null ? words : words + t.getMessage() + "; ";
    }
    return tls ? ofWords(peer, words) : null;
  }

  private static NetException ofWords(String peer, String words) {
    if (words.contains("No subject alternative") || words.contains("No name matching")) {
      return said(
          peer,
          "its certificate is for another name",
          "use a name that is in the certificate, or set tls.serverName to one");
    }
    if (words.contains("certification path") || words.contains("PKIX path")) {
      return said(
          peer,
          "its certificate is not from an authority that is trusted here",
          "set tls.ca to the PEM file of the authority that signed it");
    }
    if (words.contains("protocol_version")) {
      return said(peer, "it speaks neither TLS 1.2 nor 1.3", "enable TLS 1.2 or 1.3 there");
    }
    int alert = words.indexOf("fatal alert: ");
    if (alert >= 0) {
      String name = words.substring(alert + "fatal alert: ".length()).split("[;\\s]", 2)[0];
      return said(
          peer,
          "it refused this end's certificate, or wants one (" + name + ")",
          "set tls.cert and tls.key to a certificate that is valid and known to it");
    }
    return said(peer, "TLS handshake failed: " + NetException.oneLine(words), Kind.TLS.remedy());
  }

  private static NetException said(String peer, String what, String remedy) {
    return new NetException(Kind.TLS, peer + ": " + what, remedy);
  }
}
