package io.vigia.agent.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of ours: a system property, or the environment variable of the same name in
 * capitals with underscores, or a property in upstream's configuration file; they go first in this
 * order, an empty value counts as none. The table in {@code agent/docs/settings.md} is made from
 * this list and held against it by a test.
 */
public enum Setting {
  COLLECTOR(
      "vigia.collector",
      "localhost",
      "the collector: host, host:port or URL; port 4317 means gRPC. Otherwise"
          + " `OTEL_EXPORTER_OTLP_ENDPOINT`, then the node"),
  HOST_IP(
      "vigia.host.ip",
      "`HOST_IP`",
      "address of the Kubernetes node (downward API), where a collector is expected"),
  FORWARD(
      "vigia.forward",
      "collector's host, port 24224",
      "where log records go by the forward protocol: host or host:port"),
  LOGS(
      "vigia.logs",
      "auto",
      "`forward` (Fluency, acknowledged), `otlp`, `none`, or `auto`: nothing is sent when the"
          + " collector reads the container's stdout and finds there what is logged; else forward,"
          + " but OTLP when the collector's address is https or"
          + " `otel.exporter.otlp.logs.endpoint` says where; upstream's `otel.logs.exporter` goes"
          + " first"),
  PROMETHEUS(
      "vigia.prometheus",
      "none",
      "port, or host:port (0.0.0.0:9464 for every network), where Prometheus may scrape this service"
          + " at `/metrics`, besides what is sent"),
  MAX_SERIES(
      "vigia.metrics.max.series",
      "2000",
      "at most so many series of one metric of the application's Prometheus registries; what is"
          + " left out is counted. For other metrics `otel.java.metrics.cardinality.limit`"),
  METRICS_FORM_MILLIS(
      "vigia.metrics.form.millis",
      "250",
      "how long after the agent began to start the collector may say whether it wants delta metrics"
          + " or exponential histograms; 0 = it is not asked"),
  SAMPLING(
      "vigia.sampling",
      "true",
      "ask the collector how much to trace (Jaeger's remote sampling); only without"
          + " `otel.traces.sampler`"),
  SAMPLING_INTERVAL_MILLIS("vigia.sampling.interval.millis", "30000", "how often"),
  VERDICT("vigia.verdict", "true", "one line on stderr after the start"),
  DEBUG(
      "vigia.debug",
      "false",
      "say on stderr what was decided at start and every failure, not just the first"),
  LAZY("vigia.lazy", "true", "load the instrumentation of a library with its first class"),
  TOKEN_FILE(
      "vigia.token.file",
      "none",
      "a file whose content is sent as `Authorization: Bearer`; read again when it changes, as are"
          + " `otel.exporter.otlp.certificate`, `.client.key` and `.client.certificate`"),
  REDACT(
      "vigia.redact",
      "true",
      "replace passwords, tokens, keys, cookies and credentials in spans, log events and exemplars"
          + " by `[redacted]`"),
  REDACT_CARDS("vigia.redact.cards", "false", "payment card numbers too"),
  SPILL_DIR(
      "vigia.spill.dir",
      "`${java.io.tmpdir}/vigia-spill-<user>`",
      "where data waits for the collector; private to the user"),
  SPILL_MAX_BYTES(
      "vigia.spill.max.bytes",
      "67108864",
      "how much of it, per process; one signal has three quarters of it at most"),
  WORKLOAD(
      "vigia.workload",
      "label `app.kubernetes.io/name` in `/etc/podinfo/labels`, then from the pod's name",
      "Kubernetes workload; names the service, in Kubernetes"),
  POD_NAME(
      "vigia.pod.name",
      "`K8S_POD_NAME`, `POD_NAME`, then the host name if the pod has a network of its own",
      "Kubernetes pod (downward API); also says that this is one"),
  POD_UID("vigia.pod.uid", "from the kubelet's mounts", "its uid (downward API)"),
  POD_NAMESPACE(
      "vigia.pod.namespace",
      "`K8S_POD_NAMESPACE`, `POD_NAMESPACE`, then from the service account",
      "its namespace (downward API)"),
  NODE_NAME("vigia.node.name", "`K8S_NODE_NAME`, `NODE_NAME`", "its node (downward API)"),
  CONTAINER_NAME(
      "vigia.container.name", "from the kubelet's mounts", "the container's name in the pod");

  private final String property;
  private final String byDefault;
  private final String meaning;

  Setting(String property, String byDefault, String meaning) {
    this.property = property;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  public String property() {
    return property;
  }

  /** Name of the environment variable. */
  public String variable() {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** The default in words of the documentation; empty = none. */
  public String byDefault() {
    return byDefault;
  }

  public String meaning() {
    return meaning;
  }

  /** What the user set, trimmed, or {@code null}. */
  public @Nullable String value() {
    String value = clean(System.getProperty(property));
    if (value == null) {
      value = clean(System.getenv(variable()));
    }
    return value == null ? ConfigurationFile.value(property) : value;
  }

  /** For switches: {@code true} and {@code false} in any case; anything else is the default. */
  public boolean isOn() {
    String value = value();
    return byDefault.equals("true")
        ? !"false".equalsIgnoreCase(value)
        : "true".equalsIgnoreCase(value);
  }

  /** One sentence for each switch that is set to something else. Values are never repeated. */
  static List<String> misunderstoodSwitches() {
    List<String> sentences = new ArrayList<>();
    for (Setting setting : values()) {
      String value = setting.value();
      boolean isSwitch = setting.byDefault.equals("true") || setting.byDefault.equals("false");
      if (isSwitch
          && value != null
          && !"true".equalsIgnoreCase(value)
          && !"false".equalsIgnoreCase(value)) {
        sentences.add(setting.property + " is true or false; taking " + setting.byDefault);
      }
    }
    return sentences;
  }

  /** A whole number; anything else is the default. */
  public long number(long otherwise) {
    String value = value();
    try {
      return value == null ? otherwise : Long.parseLong(value);
    } catch (NumberFormatException e) {
      Console.say(property + " is not a whole number; taking " + otherwise);
      return otherwise;
    }
  }

  /** The same, not below 0 and not above what an int holds. */
  public int count(int otherwise) {
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, number(otherwise)));
  }

  private static @Nullable String clean(@Nullable String value) {
    return value == null || value.trim().isEmpty() ? null : value.trim();
  }
}
