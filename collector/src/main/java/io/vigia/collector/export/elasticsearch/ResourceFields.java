package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A resource and what was known at intake, as JSON made once for many documents. The resource's own
 * attributes win over the intake's. Not thread-safe.
 */
final class ResourceFields {
  private static final byte[] POD_LABELS = JsonBuffer.ascii("\"kubernetes.labels\":{");
  private static final byte[] NO_ACTION = {};

  private final byte[] bytes;
  private final Map<String, String> intake;
  private final Labels labels;
  private final byte[] json;
  private final long fields;

  private final int generation;

  /**
   * @param names of the documents that it is for
   */
  ResourceFields(Slice resource, Map<String, String> intake, AttributeNames names) {
    this.generation = names.generation();
    this.bytes = resource.toByteArray();
    this.intake = intake;
    DocumentWriter alone = new DocumentWriter(names);
    alone.begin(NO_ACTION);
    addSingly(alone);
    this.json = alone.members();
    this.labels = alone.labels();
    this.fields = alone.fields();
  }

  boolean isOf(Slice resource, Map<String, String> known, AttributeNames names) {
    return generation == names.generation()
        && resource.contentEquals(bytes)
        && (intake == known || intake.equals(known));
  }

  /** Members with commas between them. */
  byte[] json() {
    return json;
  }

  Labels labels() {
    return labels;
  }

  /** The bits of the fields in {@link #json}. */
  long fields() {
    return fields;
  }

  /** Adds one by one what the document does not have yet. */
  void addSingly(DocumentWriter document) {
    PodLabels podLabels = null;
    KeyValues attributes =
        new KeyValues()
            .reset(new Slice().set(bytes, 0, bytes.length), OtlpFields.RESOURCE_ATTRIBUTES);
    while (attributes.next()) {
      Slice key = attributes.key();
      int name = EcsFields.podLabel(key);
      if (name > 0) {
        podLabels = podLabels == null ? new PodLabels() : podLabels;
        podLabels.add(key.array(), key.offset() + name, key.length() - name, attributes.value());
      } else {
        document.attribute(key, attributes.value());
      }
    }
    for (Map.Entry<String, String> known : new java.util.TreeMap<>(intake).entrySet()) {
      byte[] utf8 = known.getKey().getBytes(StandardCharsets.UTF_8);
      Slice key = new Slice().set(utf8, 0, utf8.length);
      EcsFields.Entry field = EcsFields.find(utf8);
      int name = EcsFields.podLabel(key);
      if (name > 0) {
        podLabels = podLabels == null ? new PodLabels() : podLabels;
        podLabels.labels.add(known.getKey().substring(name), known.getValue());
      } else if (field == null) {
        document.labels().add(known.getKey(), known.getValue());
      } else if (document.claim(field)) {
        document.member(field.json()).string(known.getValue());
      }
    }
    if (podLabels != null) {
      JsonBuffer json = podLabels.labels.json();
      JsonBuffer out = document.member(POD_LABELS);
      out.raw(json.array(), 0, json.size());
      out.raw('}');
    }
  }

  /** An object of its own, with names of its own. */
  private static final class PodLabels {
    final AttributeNames names = new AttributeNames();
    final Labels labels = new Labels(names);

    void add(byte[] name, int offset, int length, AnyValue value) {
      labels.add(names.of(name, offset, length).label(), value);
    }
  }
}
