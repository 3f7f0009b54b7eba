package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.Slice;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Which OpenTelemetry attributes have a field of their own in the Elastic Common Schema; all others
 * are labels. The table is printed in {@code collector/docs/elasticsearch.md}; a test compares.
 */
final class EcsFields {
  /** Attribute, field. Several attributes may name one field: the first one in a document wins. */
  static final String[][] TABLE = {
    {"service.name", "service.name"},
    {"service.version", "service.version"},
    {"service.instance.id", "service.node.name"},
    {"deployment.environment.name", "service.environment"},
    {"deployment.environment", "service.environment"},
    {"host.name", "host.name"},
    {"host.id", "host.id"},
    {"host.arch", "host.architecture"},
    {"k8s.namespace.name", "kubernetes.namespace"},
    {"k8s.pod.name", "kubernetes.pod.name"},
    {"k8s.pod.uid", "kubernetes.pod.uid"},
    {"k8s.container.name", "kubernetes.container.name"},
    {"k8s.node.name", "kubernetes.node.name"},
    {"k8s.deployment.name", "kubernetes.deployment.name"},
    {"container.id", "container.id"},
    {"container.name", "container.name"},
    {"container.image.name", "container.image.name"},
    {"process.pid", "process.pid"},
    {"thread.name", "process.thread.name"},
    {"thread.id", "process.thread.id"},
    {"log.file.path", "log.file.path"},
    {"exception.type", "error.type"},
    {"exception.message", "error.message"},
    {"exception.stacktrace", "error.stack_trace"},
    {"error.type", "error.type"},
  };

  private static final Map<String, Entry> ENTRIES = new HashMap<>();
  private static final byte[] POD_LABEL = JsonBuffer.ascii("k8s.pod.label.");
  private static final byte[] POD_LABELS = JsonBuffer.ascii("k8s.pod.labels.");

  /**
   * @param bit one bit, the same for all attributes of the same field
   * @param json {@code "field":}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this package
  record Entry(long bit, byte[] json) {}

  static {
    Map<String, Long> bits = new HashMap<>();
    for (String[] row : TABLE) {
      long bit = bits.computeIfAbsent(row[1], field -> 1L << bits.size());
      ENTRIES.put(row[0], new Entry(bit, JsonBuffer.ascii('"' + row[1] + "\":")));
    }
  }

  private EcsFields() {}

  /** The field of an attribute, or null when it is a label. */
  static @org.jspecify.annotations.Nullable Entry find(byte[] key) {
    return ENTRIES.get(new String(key, StandardCharsets.UTF_8));
  }

  /** Where the pod label's own name begins in the key, or -1 when it is no pod label. */
  static int podLabel(Slice key) {
    return startsWith(key, POD_LABEL)
        ? POD_LABEL.length
        : startsWith(key, POD_LABELS) ? POD_LABELS.length : -1;
  }

  private static boolean startsWith(Slice key, byte[] prefix) {
    if (key.length() <= prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (key.at(i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
