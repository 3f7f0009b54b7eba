package io.vigia.collector.web;

import java.util.Map;

/**
 * What the page says of this collector.
 *
 * @param version the collector's version
 * @param attachLine the exact command that starts a service under the agent, e.g. {@code java
 *     -javaagent:/opt/vigia/vigia-agent.jar -jar your-service.jar}
 * @param receivers where it listens, by receiver: {@code otlp/grpc} → {@code 127.0.0.1:4317}; may
 *     change while the page is up
 * @param dataDirectory where it keeps its data
 */
public record CollectorInfo(
    String version, String attachLine, Map<String, String> receivers, String dataDirectory) {
  public CollectorInfo {
    receivers = java.util.Collections.unmodifiableMap(receivers);
  }
}
