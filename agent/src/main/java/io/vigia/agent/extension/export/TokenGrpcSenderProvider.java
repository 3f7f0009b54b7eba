package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.vigia.agent.boot.RequestHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's OkHttp sender for OTLP/gRPC with the bearer token of {@code vigia.token.file} as it is
 * at each call. It does not spill, and reads certificates once.
 */
public final class TokenGrpcSenderProvider implements GrpcSenderProvider {

  private static final RequestHeaders TOKEN = RequestHeaders.find();

  private static final String OKHTTP =
      "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpGrpcSenderProvider";

  @Override
  public GrpcSender createSender(GrpcSenderConfig config) {
    try {
      return ((GrpcSenderProvider) Class.forName(OKHTTP).getDeclaredConstructor().newInstance())
          .createSender(new WithToken(config));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("upstream's gRPC sender is not where it was", e);
    }
  }

  private static final class WithToken implements GrpcSenderConfig {
    private final GrpcSenderConfig config;

    WithToken(GrpcSenderConfig config) {
      this.config = config;
    }

    @Override
    public Supplier<Map<String, List<String>>> getHeadersSupplier() {
      return this::headers;
    }

    private Map<String, List<String>> headers() {
      Map<String, List<String>> headers = new HashMap<>();
      Map<String, List<String>> given = config.getHeadersSupplier().get();
      if (given != null) {
        headers.putAll(given);
      }
      String token = TOKEN.token();
      if (token != null) {
        headers.keySet().removeIf("authorization"::equalsIgnoreCase);
        headers.put("Authorization", Collections.singletonList("Bearer " + token));
      }
      return headers;
    }

    @Override
    public URI getEndpoint() {
      return config.getEndpoint();
    }

    @Override
    public String getFullMethodName() {
      return config.getFullMethodName();
    }

    @Override
    public @Nullable Compressor getCompressor() {
      return config.getCompressor();
    }

    @Override
    public Duration getTimeout() {
      return config.getTimeout();
    }

    @Override
    public Duration getConnectTimeout() {
      return config.getConnectTimeout();
    }

    @Override
    public @Nullable RetryPolicy getRetryPolicy() {
      return config.getRetryPolicy();
    }

    @Override
    public @Nullable SSLContext getSslContext() {
      return config.getSslContext();
    }

    @Override
    public @Nullable X509TrustManager getTrustManager() {
      return config.getTrustManager();
    }

    @Override
    public @Nullable ExecutorService getExecutorService() {
      return config.getExecutorService();
    }

    @Override
    public long getMaxResponseBodySize() {
      return config.getMaxResponseBodySize();
    }
  }
}
