package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.Slice;
import java.nio.charset.StandardCharsets;

/**
 * Which OpenTelemetry attributes have a field of their own in the Elastic Common Schema; all others
 * are labels. The table is printed in {@code collector/docs/elasticsearch.md}; a test compares.
 * Looked up by the key's bytes.
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

  private static final int SLOTS = 128; // a power of two, sparse
  private static final Entry[] ENTRIES = new Entry[SLOTS];
  private static final byte[] POD_LABEL = JsonBuffer.ascii("k8s.pod.label.");
  private static final byte[] POD_LABELS = JsonBuffer.ascii("k8s.pod.labels.");

  /**
   * @param key the attribute's key
   * @param bit one bit, the same for all attributes of the same field
   * @param json {@code "field":}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this package
  record Entry(byte[] key, long bit, byte[] json) {}

  static {
    java.util.Map<String, Long> bits = new java.util.HashMap<>();
    for (String[] row : TABLE) {
      long bit = bits.computeIfAbsent(row[1], field -> 1L << bits.size());
      byte[] key = row[0].getBytes(StandardCharsets.US_ASCII);
      int slot = hash(key, 0, key.length);
      while (ENTRIES[slot] != null) {
        slot = slot + 1 & SLOTS - 1;
      }
      ENTRIES[slot] = new Entry(key, bit, JsonBuffer.ascii('"' + row[1] + "\":"));
    }
  }

  private EcsFields() {}

  /** The field of an attribute, or null when it is a label. */
  static @org.jspecify.annotations.Nullable Entry find(Slice key) {
    if (key.isEmpty()) {
      return null;
    }
    int slot = hash(key.array(), key.offset(), key.length());
    while (true) {
      Entry entry = ENTRIES[slot];
      if (entry == null || key.contentEquals(entry.key)) {
        return entry;
      }
      slot = slot + 1 & SLOTS - 1;
    }
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

  private static int hash(byte[] bytes, int offset, int length) {
    int middle = bytes[offset + length / 2];
    int last = bytes[offset + length - 1];
    int hash = length * 31 + bytes[offset] * 7 + middle * 131 + last * 1009;
    return (hash ^ hash >>> 7) & SLOTS - 1;
  }
}
