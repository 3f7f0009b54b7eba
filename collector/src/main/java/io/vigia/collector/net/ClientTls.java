package io.vigia.collector.net;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.AttributeKey;
import io.vigia.collector.net.NetException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.2 and 1.3 towards one peer. Files are read when the first connection is made; {@value
 * #INTERVAL_MILLIS} ms after they changed at most, new connections use the new ones and the old
 * connections are {@link #outdated}. Thread-safe.
 */
final class ClientTls {
  private static final long INTERVAL_MILLIS = 1_000;

  private static final AttributeKey<SslContext> USED = AttributeKey.valueOf("vigia-tls");

  private final TlsOptions options;
  private final Endpoint endpoint;
  private final @Nullable String protocol;
  private final FromFiles<SslContext> context;

  /**
   * @param protocol the one ALPN protocol to offer ({@code h2}), or null
   */
  ClientTls(TlsOptions options, Endpoint endpoint, @Nullable String protocol) {
    this.options = options;
    this.endpoint = endpoint;
    this.protocol = protocol;
    List<Path> files =
        Stream.of(options.ca(), options.certificate(), options.key())
            .filter(Objects::nonNull)
            .toList();
    this.context =
        new FromFiles<>("TLS to " + endpoint, files, INTERVAL_MILLIS, pem -> make(pem, files));
  }

  /**
   * Reads files: not on an event loop.
   *
   * @throws NetException {@link Kind#TLS_FILES} names the files
   */
  SslContext context() throws NetException {
    try {
      return context.current();
    } catch (IOException e) {
      throw new NetException(Kind.TLS_FILES, endpoint + ": " + e.getMessage());
    }
  }

  /**
   * Whether a new connection would have other certificates than this one. Does not block.
   *
   * @param reader on whose threads files are read
   */
  boolean outdated(Channel channel, Executor reader) {
    SslContext used = channel.attr(USED).get();
    return used != null && used != context.latest(reader);
  }

  /** For a new connection. */
  SslHandler handler(SslContext of, Channel channel, int handshakeMillis) {
    channel.attr(USED).set(of);
    String name = options.serverName() == null ? endpoint.host() : options.serverName();
    SslHandler handler = of.newHandler(channel.alloc(), name, endpoint.port());
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    return handler;
  }

  private SslContext make(List<byte[]> pem, List<Path> files) throws IOException {
    List<byte[]> left = new ArrayList<>(pem);
    try {
      SslContextBuilder builder = SslContextBuilder.forClient().protocols("TLSv1.3", "TLSv1.2");
      X509Certificate[] authorities =
          options.ca() == null ? null : Pem.certificates(left.remove(0));
      if (options.insecure()) {
        builder
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null);
      } else if (authorities != null) {
        builder.trustManager(authorities);
      }
      if (options.certificate() != null && options.key() != null) {
        X509Certificate[] certificate = Pem.certificates(left.remove(0));
        PrivateKey key = Pem.key(left.remove(0));
        if (!Pem.match(key, certificate[0].getPublicKey())) {
          throw new IOException("the key is not the certificate's");
        }
        builder.keyManager(key, certificate);
      }
      if (protocol != null) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol));
      }
      return builder.build();
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException("no TLS with " + files + " (" + e.getMessage() + ")", e);
    }
  }
}
