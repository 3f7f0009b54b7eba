package io.vigia.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the collector listens: its default ports when they are free. */
record CollectorPorts(int otlpGrpc, int otlpHttp, int forward, int web) {
  private static final CollectorPorts DEFAULT = new CollectorPorts(4317, 4318, 24224, 8317);

  static CollectorPorts choose(Ports free) throws IOException {
    return new CollectorPorts(
        free.usual(DEFAULT.otlpGrpc, "collector's OTLP/gRPC"),
        free.usual(DEFAULT.otlpHttp, "collector's OTLP/HTTP"),
        free.usual(DEFAULT.forward, "collector's forward input"),
        free.usual(DEFAULT.web, "page"));
  }

  /** The collector's own default, written out, with the ports that were free. */
  String yaml(Path data) {
    return """
        data: '%s'
        receivers:
          otlp:    {grpc: "127.0.0.1:%d", http: "127.0.0.1:%d"}
          forward: {listen: "127.0.0.1:%d"}
        destinations:
          local: {}
        web: {listen: "127.0.0.1:%d"}
        """
        .formatted(data.toString().replace("'", "''"), otlpGrpc, otlpHttp, forward, web);
  }

  /**
   * What a service under the agent must be told: nothing, as long as the ports are the default
   * ones.
   */
  Map<String, String> agentEnvironment() {
    Map<String, String> environment = new LinkedHashMap<>();
    if (otlpHttp != DEFAULT.otlpHttp) {
      environment.put("VIGIA_COLLECTOR", "http://127.0.0.1:" + otlpHttp);
    }
    if (forward != DEFAULT.forward) {
      environment.put("VIGIA_FORWARD", "127.0.0.1:" + forward);
    }
    return environment;
  }

  String webUrl() {
    return "http://127.0.0.1:" + web;
  }
}
