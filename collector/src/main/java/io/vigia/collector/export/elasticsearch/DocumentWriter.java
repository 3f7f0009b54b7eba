package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.Slice;

/**
 * Builds one document after the other: fields at the root under their dotted names, everything else
 * in {@code labels}. Of equal names the first one added wins, so an item's own attributes come
 * before its resource's. Not thread-safe, reusable.
 */
final class DocumentWriter {
  private static final byte[] LABELS = JsonBuffer.ascii("\"labels\":{");

  private final JsonBuffer json = new JsonBuffer();
  private final Labels labels = new Labels();
  private final JsonValues values = new JsonValues();
  private final JsonBuffer text = new JsonBuffer();
  private long fields;

  void begin() {
    json.clear();
    labels.clear();
    fields = 0;
    json.raw('{');
  }

  /** Begins a member of the document: {@code name} is {@code "field":}. The value is next. */
  JsonBuffer member(byte[] name) {
    if (json.size() > 1) {
      json.raw(',');
    }
    json.raw(name);
    return json;
  }

  Labels labels() {
    return labels;
  }

  JsonValues values() {
    return values;
  }

  /**
   * An attribute: a field when the schema has one for it, it is a plain value, and the document has
   * no such field yet; else a label.
   */
  void attribute(Slice key, AnyValue value) {
    EcsFields.Entry field = EcsFields.find(key);
    if (field != null && plain(value) && claim(field)) {
      values.write(member(field.json()), value, 0);
    } else {
      labels.add(key, value);
    }
  }

  void attributes(KeyValues attributes) {
    while (attributes.next()) {
      attribute(attributes.key(), attributes.value());
    }
  }

  /** Any value as the text of a field. */
  void text(byte[] name, AnyValue value) {
    if (value.kind() == AnyValue.Kind.STRING) {
      member(name).string(value.bytes());
    } else {
      text.clear();
      values.write(text, value, 0);
      member(name).string(text.array(), 0, text.size());
    }
  }

  /** What the resource says. To be called after all attributes of the item. */
  void resource(ResourceFields resource) {
    if ((fields & resource.fields()) != 0 || !labels.addAll(resource.labels())) {
      resource.addSingly(this);
    } else if (resource.json().length > 0) {
      member(resource.json());
    }
  }

  /** Ends the document and its line. Valid until the next {@link #begin}. */
  JsonBuffer end() {
    if (!labels.isEmpty()) {
      member(LABELS).raw(labels.json().array(), 0, labels.json().size());
      json.raw('}');
    }
    json.raw('}');
    json.raw('\n');
    return json;
  }

  /** The members so far, without braces and labels. */
  byte[] members() {
    return java.util.Arrays.copyOfRange(json.array(), 1, json.size());
  }

  /** The bits of the fields written so far. */
  long fields() {
    return fields;
  }

  /** Whether a field may still be written; it counts as written from now on. */
  boolean claim(EcsFields.Entry field) {
    boolean free = (fields & field.bit()) == 0;
    fields |= field.bit();
    return free;
  }

  private static boolean plain(AnyValue value) {
    return switch (value.kind()) {
      case STRING, BOOL, INT, DOUBLE -> true;
      default -> false;
    };
  }
}
