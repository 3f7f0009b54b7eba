package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.TlsFiles;
import io.vigia.agent.boot.WebProxy;
import java.net.Proxy;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Takes the place of upstream's OkHttp sender, which stays for those who need a SOCKS proxy. */
public final class SpillingHttpSenderProvider implements HttpSenderProvider {

  private static final RequestHeaders HEADERS = RequestHeaders.find();

  private static final String OKHTTP =
      "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider";

  @Override
  public HttpSender createSender(HttpSenderConfig config) {
    URI url = config.getEndpoint();
    ProxyOptions options = config.getProxyOptions();
    if (options != null && isSocks(options.getProxySelector().select(url))) {
      return okHttp(config);
    }
    HttpPoster poster =
        new HttpPoster(
            url,
            (int) Math.min(config.getConnectTimeout().toMillis(), config.getTimeout().toMillis()),
            (int) config.getTimeout().toMillis(),
            tls(config),
            options == null
                ? WebProxy::ofJvm
                : asked -> WebProxy.of(asked, options.getProxySelector()));
    ExitBudget.onSpent(poster::abort);
    Compressor compressor = config.getCompressor();
    OtlpTransport transport =
        new OtlpTransport(poster, () -> headers(config, compressor), compressor);
    Outbox outbox = Exports.outbox(stream(url), url, transport);
    return new SpillingHttpSender(outbox, poster);
  }

  private static boolean isSocks(List<Proxy> proxies) {
    return !proxies.isEmpty() && proxies.get(0).type() == Proxy.Type.SOCKS;
  }

  private static Map<String, List<String>> headers(
      HttpSenderConfig config, @Nullable Compressor compressor) {
    Map<String, List<String>> given = config.getHeadersSupplier().get();
    URI url = config.getEndpoint();
    Map<String, List<String>> headers =
        HEADERS.over(given, Exports.isTokenFor(url, signal(url), given));
    headers.put("Content-Type", Collections.singletonList(config.getContentType()));
    if (compressor != null) {
      headers.put("Content-Encoding", Collections.singletonList(compressor.getEncoding()));
    }
    return headers;
  }

  /** For what is set for one signal, whose path may be any. */
  private static String signal(URI url) {
    String known = Exports.signal(url);
    return known == null ? stream(url) : known;
  }

  /** {@code /v1/traces} → {@code traces}; the node collector reads the signal off the file name. */
  static String stream(URI url) {
    String path = String.valueOf(url.getPath());
    for (String signal : new String[] {"traces", "metrics", "logs"}) {
      if (path.endsWith("/v1/" + signal)) {
        return signal;
      }
    }
    return Exports.stream(url);
  }

  private static HttpPoster.@Nullable Tls tls(HttpSenderConfig config) {
    if (!"https".equalsIgnoreCase(config.getEndpoint().getScheme())) {
      return null;
    }
    TlsFiles files = TlsFiles.find(signal(config.getEndpoint()));
    // what a configuration in YAML says goes before variables
    if (config.getSslContext() == null || (files.isSet() && !Exports.isDeclared())) {
      return () -> files.current().sockets();
    }
    // set in another way than by properties, read once by the SDK
    SSLSocketFactory fixed = config.getSslContext().getSocketFactory();
    return () -> fixed;
  }

  private static HttpSender okHttp(HttpSenderConfig config) {
    try {
      return ((HttpSenderProvider) Class.forName(OKHTTP).getDeclaredConstructor().newInstance())
          .createSender(config);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("upstream's HTTP sender is not where it was", e);
    }
  }
}
