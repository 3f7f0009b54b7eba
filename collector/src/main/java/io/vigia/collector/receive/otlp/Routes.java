package io.vigia.collector.receive.otlp;

import io.vigia.collector.core.Signal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which signal a path is for. */
final class Routes {
  private static final Map<String, Signal> HTTP =
      Map.of("/v1/traces", Signal.TRACES, "/v1/metrics", Signal.METRICS, "/v1/logs", Signal.LOGS);

  private static final Map<String, Signal> GRPC =
      Map.of(
          "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
          Signal.TRACES,
          "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
          Signal.METRICS,
          "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
          Signal.LOGS);

  private Routes() {}

  static @Nullable Signal http(String path) {
    int query = path.indexOf('?');
    return HTTP.get(query < 0 ? path : path.substring(0, query));
  }

  static @Nullable Signal grpc(String path) {
    return GRPC.get(path);
  }
}
