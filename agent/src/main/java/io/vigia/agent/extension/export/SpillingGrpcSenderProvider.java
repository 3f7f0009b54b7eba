package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.TlsFiles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC by upstream's OkHttp sender, behind an {@link Outbox} each. What is not OTLP ({@code
 * otel.traces.sampler=jaeger_remote} asks by gRPC) goes through upstream's sender as it is.
 */
public final class SpillingGrpcSenderProvider implements GrpcSenderProvider {

  private static final RequestHeaders HEADERS = RequestHeaders.find();

  private static final String OKHTTP =
      "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpGrpcSenderProvider";

  @Override
  public GrpcSender createSender(GrpcSenderConfig config) {
    Map<String, Object> changed = new HashMap<>();
    String stream = stream(config.getFullMethodName());
    Supplier<Map<String, List<String>>> headers = () -> headers(config, String.valueOf(stream));
    changed.put("getHeadersSupplier", headers);
    if (stream == null) {
      return okHttp(with(config, changed));
    }
    changed.put("getRetryPolicy", null); // the outbox's task
    OtlpGrpcTransport transport =
        new OtlpGrpcTransport(
            tls(config, stream),
            files -> connect(config, changed, files),
            config.getTimeout().toMillis());
    transport.prepare();
    ExitBudget.onSpent(transport::abort);
    return new SpillingGrpcSender(
        Exports.outbox(stream, config.getEndpoint(), transport), transport);
  }

  private static GrpcSender connect(
      GrpcSenderConfig config, Map<String, Object> changed, TlsFiles.@Nullable Material tls) {
    Map<String, Object> values = new HashMap<>(changed);
    if (tls != null) {
      values.put("getSslContext", tls.context());
      values.put("getTrustManager", tls.trust());
    }
    return okHttp(with(config, values));
  }

  private static Map<String, List<String>> headers(GrpcSenderConfig config, String signal) {
    Map<String, List<String>> given = config.getHeadersSupplier().get();
    return HEADERS.over(given, Exports.isTokenFor(config.getEndpoint(), signal, given));
  }

  private static OtlpGrpcTransport.@Nullable Tls tls(GrpcSenderConfig config, String stream) {
    if (!"https".equalsIgnoreCase(config.getEndpoint().getScheme())) {
      return null;
    }
    TlsFiles files = TlsFiles.find(stream);
    // otherwise the JVM's, or set in another way than by properties, read once by the SDK
    boolean isInYaml = Exports.isDeclared() && config.getSslContext() != null;
    return files.isSet() && !isInYaml ? files::current : null;
  }

  /** The services of opentelemetry-proto, {@code collector/trace/v1/trace_service.proto} etc. */
  static @Nullable String stream(String method) {
    switch (method) {
      case "opentelemetry.proto.collector.trace.v1.TraceService/Export":
        return "traces";
      case "opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
        return "metrics";
      case "opentelemetry.proto.collector.logs.v1.LogsService/Export":
        return "logs";
      default:
        return null;
    }
  }

  /** The same but for some getters, by name; newer SDKs have more of them than we know. */
  static GrpcSenderConfig with(GrpcSenderConfig config, Map<String, Object> values) {
    return (GrpcSenderConfig)
        Proxy.newProxyInstance(
            GrpcSenderConfig.class.getClassLoader(),
            new Class<?>[] {GrpcSenderConfig.class},
            (self, method, arguments) ->
                values.containsKey(method.getName())
                    ? values.get(method.getName())
                    : ask(config, method, arguments));
  }

  private static @Nullable Object ask(
      GrpcSenderConfig config, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(config, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static GrpcSender okHttp(GrpcSenderConfig config) {
    try {
      return ((GrpcSenderProvider) Class.forName(OKHTTP).getDeclaredConstructor().newInstance())
          .createSender(config);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("upstream's gRPC sender is not where it was", e);
    }
  }
}
