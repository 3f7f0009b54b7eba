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

  private final AttributeNames names;
  private final JsonBuffer json = new JsonBuffer();
  private final Labels labels;
  private final JsonValues values = new JsonValues();
  private final JsonBuffer text = new JsonBuffer();
  private int start;
  private long fields;

  DocumentWriter(AttributeNames names) {
    this.names = names;
    this.labels = new Labels(names);
  }

  /**
   * Begins a document.
   *
   * @param action the line that stands before it
   */
  void begin(byte[] action) {
    json.clear();
    labels.clear();
    fields = 0;
    json.raw(action);
    json.raw('{');
    start = json.size();
  }

  /** Begins a member of the document: {@code name} is {@code "field":}. The value is next. */
  JsonBuffer member(byte[] name) {
    json.name(name, json.size() == start);
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
    AttributeNames.Name name = names.of(key);
    EcsFields.Entry field = name.field();
    if (field != null && plain(value) && claim(field)) {
      values.write(member(field.json()), value, 0);
    } else {
      labels.add(name.label(), value);
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

  /**
   * Ends the document and its line; the action's line is before it. Valid until the next {@link
   * #begin}.
   */
  JsonBuffer end() {
    if (!labels.isEmpty()) {
      member(LABELS).raw(labels.json().array(), 0, labels.json().size());
      json.raw('}');
    }
    json.raw('}');
    json.raw('\n');
    return json;
  }

  AttributeNames names() {
    return names;
  }

  /** The members so far, without braces and labels. */
  byte[] members() {
    return java.util.Arrays.copyOfRange(json.array(), start, json.size());
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
