package io.vigia.agent.extension;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Shipping;
import java.util.Map;
import java.util.TreeMap;

/** What our distribution changes in upstream's defaults; every line can be set otherwise. */
final class Defaults {

  static Map<String, String> of(CollectorAddress address) {
    Map<String, String> defaults = new TreeMap<>();
    defaults.put("otel.exporter.otlp.endpoint", address.otlp().toString());
    // HTTP needs no HTTP/2 connection thread; gRPC where the port says so, because people set it
    defaults.put("otel.exporter.otlp.protocol", address.isGrpc() ? "grpc" : "http/protobuf");
    defaults.put("otel.logs.exporter", Shipping.VIGIA);
    // a trace is on the page about a second after its last span
    defaults.put("otel.bsp.schedule.delay", "1000");
    // what comes while a collector that hangs is waited for; QueueBounds holds the memory
    defaults.put("otel.bsp.max.queue.size", "8192");
    defaults.put("otel.blrp.max.queue.size", "8192");
    // Prometheus users look at 15 s steps; 10 s gives each step a fresh point
    defaults.put("otel.metric.export.interval", "10000");
    // in all ten seconds is too long to wait for a collector that hangs
    defaults.put("otel.exporter.otlp.timeout", "5000");
    defaults.put("otel.instrumentation.micrometer.enabled", "true");
    defaults.put("otel.instrumentation.micrometer.prometheus-mode.enabled", "true");
    for (String appender :
        new String[] {
          "logback-appender", "log4j-appender", "jboss-logmanager", "java-util-logging"
        }) {
      String prefix = "otel.instrumentation." + appender + ".experimental";
      defaults.put(prefix + "-log-attributes", "true");
      defaults.put(prefix + ".mdc-attributes.included", "*");
      defaults.put(prefix + ".capture-marker-attribute", "true");
    }
    defaults.put("otel.instrumentation.common.logging.structured-attributes.included", "*");
    return defaults;
  }

  private Defaults() {}
}
