package io.vigia.agent.extension;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Reachability;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.extension.logs.StdoutQuestion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What leaves this process, and how: decided once at start from {@code otel.*.exporter}, {@code
 * vigia.logs} and the collector's address; told by the verdict. Immutable.
 */
final class Shipping {

  /** Value of {@code otel.logs.exporter} that means: as {@code vigia.logs} says. */
  static final String VIGIA = "vigia";

  /** Value of {@code otel.logs.exporter} and {@code vigia.logs} that means Fluency. */
  static final String FORWARD = "forward";

  private static final String LOGS = "otel.logs.exporter";
  private static final String TRACES = "otel.traces.exporter";

  private final CollectorAddress address;
  private final boolean grpc;
  private boolean auto;
  private final Map<String, List<String>> exporters = new LinkedHashMap<>();
  private final Map<String, String> overrides = new LinkedHashMap<>();

  private Shipping(CollectorAddress address, boolean grpc) {
    this.address = address;
    this.grpc = grpc;
  }

  static Shipping of(ConfigProperties config, CollectorAddress address) {
    Shipping shipping =
        new Shipping(address, config.getString("otel.exporter.otlp.protocol", "").equals("grpc"));
    shipping.exporters.put("traces", shipping.traces(config));
    shipping.exporters.put("metrics", shipping.metrics(config));
    shipping.exporters.put("logs", shipping.logs(config));
    return shipping;
  }

  private List<String> traces(ConfigProperties config) {
    List<String> names = new ArrayList<>(config.getList(TRACES, Collections.singletonList("otlp")));
    if (names.remove("jaeger")) {
      // the exporter's format ended in 2023; Jaeger takes OTLP since 1.35, on the same two ports
      Console.say(
          TRACES
              + "=jaeger: Jaeger takes OTLP since 1.35, so spans leave by OTLP to "
              + address.otlp());
      if (!names.contains("otlp")) {
        names.add("otlp");
      }
      overrides.put(TRACES, String.join(",", names));
    }
    return names;
  }

  private List<String> metrics(ConfigProperties config) {
    String name = "otel.metrics.exporter";
    List<String> names = new ArrayList<>(config.getList(name, Collections.singletonList("otlp")));
    String listen = Setting.PROMETHEUS.value();
    if (listen != null && !names.contains("prometheus")) {
      int colon = listen.lastIndexOf(':');
      overrides.put("otel.exporter.prometheus.port", listen.substring(colon + 1));
      overrides.put(
          "otel.exporter.prometheus.host", colon < 0 ? "localhost" : listen.substring(0, colon));
      names.remove("none");
      names.add("prometheus");
      overrides.put(name, String.join(",", names));
    }
    return names;
  }

  private List<String> logs(ConfigProperties config) {
    List<String> names = new ArrayList<>(config.getList(LOGS));
    if (names.remove(VIGIA)) {
      names.add(ours());
    }
    List<String> upstream = new ArrayList<>(names);
    upstream.remove(FORWARD);
    overrides.put(LOGS, upstream.isEmpty() ? "none" : String.join(",", upstream));
    return names;
  }

  private String ours() {
    String value = Setting.LOGS.value();
    if (value != null && (value.equals(FORWARD) || value.equals("otlp") || value.equals("none"))) {
      return value;
    }
    if (value != null && !value.equals("auto")) {
      Console.say(
          Setting.LOGS.property()
              + " is auto, forward, otlp or none; \""
              + value
              + "\" is taken as auto");
    }
    // the forward protocol has no TLS here: what is asked to be secret leaves by OTLP
    boolean secret = "https".equalsIgnoreCase(address.otlp().getScheme());
    if (secret && Setting.FORWARD.value() == null) {
      return "otlp";
    }
    auto = true;
    return FORWARD;
  }

  /**
   * What to ask the collector before log events are sent, because it may read them from stdout;
   * {@code null} outside of a pod, or when logs go elsewhere than to the collector.
   */
  @Nullable StdoutQuestion stdoutQuestion(Resource resource) {
    String podUid = resource.getAttribute(AttributeKey.stringKey("k8s.pod.uid"));
    if (!auto || !isForwarding() || podUid == null || grpc || !goesToCollector()) {
      return null;
    }
    return new StdoutQuestion(
        address, podUid, resource.getAttribute(AttributeKey.stringKey("k8s.container.name")));
  }

  /** Whether Fluency sends log records. */
  boolean isForwarding() {
    return exporters.getOrDefault("logs", Collections.<String>emptyList()).contains(FORWARD);
  }

  /** Whether traces go where OTLP/HTTP, and so perhaps {@code /sampling}, is answered. */
  boolean canAskForSampling() {
    return !grpc
        && exporters.getOrDefault("traces", Collections.<String>emptyList()).contains("otlp");
  }

  /** Settings for the SDK, above the user's. */
  Map<String, String> overrides() {
    return overrides;
  }

  private boolean goesToCollector() {
    String host = address.otlp().getHost();
    return address.forwardHost().equals(host.replaceAll("[\\[\\]]", ""));
  }

  /** Asks the collector, then says who takes what; blocks for up to some seconds. */
  String withReachability(Resource resource) {
    StringBuilder text = new StringBuilder("collector ").append(address.otlp());
    text.append(" (from ").append(address.source()).append("): ");
    text.append(usesOtlp() ? Reachability.otlp(address.otlp(), grpc).detail() : "not used");
    text.append("; ").append(signals());
    StdoutQuestion question = stdoutQuestion(resource);
    StdoutQuestion.Answer stdout = question == null ? null : question.ask(null);
    if (stdout == StdoutQuestion.Answer.READ) {
      text.append(" unless they are on stdout, which the collector reads");
    } else if (isForwarding()) {
      text.append(": ");
      text.append(Reachability.tcp(address.forwardHost(), address.forwardPort()).detail());
    }
    return text.toString();
  }

  private boolean usesOtlp() {
    return exporters.values().stream().anyMatch(names -> names.contains("otlp"));
  }

  /** {@code traces and metrics by OTLP/HTTP, logs by forward to localhost:24224}. */
  private String signals() {
    Map<String, List<String>> byWay = new LinkedHashMap<>();
    exporters.forEach(
        (signal, names) -> byWay.computeIfAbsent(way(names), w -> new ArrayList<>()).add(signal));
    List<String> parts = new ArrayList<>();
    byWay.forEach((way, signals) -> parts.add(String.join(" and ", signals) + " " + way));
    return String.join(", ", parts);
  }

  private String way(List<String> names) {
    List<String> ways = new ArrayList<>();
    for (String name : names) {
      if (name.equals("otlp")) {
        ways.add(grpc ? "OTLP/gRPC" : "OTLP/HTTP");
      } else if (name.equals(FORWARD)) {
        ways.add("forward to " + address.forward());
      } else if (!name.equals("none")) {
        ways.add(name);
      }
    }
    return ways.isEmpty() ? "not sent" : "by " + String.join(" and ", ways);
  }
}
