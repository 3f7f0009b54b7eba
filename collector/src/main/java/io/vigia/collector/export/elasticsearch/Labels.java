package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.export.elasticsearch.AttributeNames.Label;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.Slice;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a flat JSON object made of attributes: nested key-value lists become dotted keys,
 * no key comes twice (the first wins), nothing is nested but arrays of plain values. Not
 * thread-safe, reusable.
 */
final class Labels {
  /** Deeper lists are written as JSON text. */
  static final int MAX_DEPTH = 8;

  /** More labels of one document are left out: the sender builds documents no one can read. */
  static final int MAX_LABELS = 512;

  private final AttributeNames names;
  private final JsonBuffer json = new JsonBuffer();
  private final JsonBuffer path = new JsonBuffer();
  private final JsonBuffer text = new JsonBuffer();
  private final KeyValues[] levels = new KeyValues[MAX_DEPTH];
  private final JsonValues values = new JsonValues();
  private final AnyValues elements = new AnyValues();
  private final Label[] labels = new Label[MAX_LABELS];
  private int count;
  private long document;

  Labels(AttributeNames names) {
    this.names = names;
    this.document = names.nextDocument();
  }

  void clear() {
    json.clear();
    count = 0;
    document = names.nextDocument();
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Key-value pairs with commas between them. */
  JsonBuffer json() {
    return json;
  }

  /** Adds an attribute. */
  void add(@Nullable Label label, AnyValue value) {
    if (label == null) {
      return;
    }
    if (value.kind() == AnyValue.Kind.KVLIST) {
      path.clear();
      path.raw(label.json(), 1, label.json().length - 3);
      flatten(value, 0);
    } else if (begin(label)) {
      plain(value);
    }
  }

  void add(String name, String value) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (begin(names.of(utf8, 0, utf8.length).label())) {
      json.string(value);
    }
  }

  /** Adds an attribute with a string value. */
  void add(byte[] name, Slice value) {
    if (begin(names.of(name, 0, name.length).label())) {
      json.string(value);
    }
  }

  /**
   * Adds all that another one with the same names holds, at once. The keys are not remembered: to
   * be called last.
   *
   * @return false, and nothing is done, when a key is in both or there would be too many
   */
  boolean addAll(Labels other) {
    if (count + other.count > MAX_LABELS) {
      return false;
    }
    for (int i = 0; i < other.count; i++) {
      if (other.labels[i].isIn(document)) {
        return false;
      }
    }
    if (other.count > 0) {
      if (count > 0) {
        json.raw(',');
      }
      json.raw(other.json.array(), 0, other.json.size());
      count += other.count;
    }
    return true;
  }

  /** Writes the key; false when it is there already or there is no room for it. */
  private boolean begin(@Nullable Label label) {
    if (label == null || count == MAX_LABELS || label.isIn(document)) {
      return false;
    }
    label.putInto(document);
    json.name(label.json(), count == 0);
    labels[count++] = label;
    return true;
  }

  /** Adds what is in a list; the path so far is the prefix of the keys inside. */
  private void flatten(AnyValue list, int depth) {
    KeyValues entries = levels[depth] == null ? (levels[depth] = new KeyValues()) : levels[depth];
    // the flyweight's bytes stay: they are a window on the payload
    entries.reset(list.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    int prefix = path.size();
    while (entries.next()) {
      path.raw('.');
      Slice key = entries.key();
      AttributeNames.append(path, key.array(), key.offset(), key.length());
      if (entries.value().kind() == AnyValue.Kind.KVLIST && depth + 1 < MAX_DEPTH) {
        flatten(entries.value(), depth + 1);
      } else if (begin(names.label(path.array(), 0, path.size()))) {
        plain(entries.value());
      }
      path.truncate(prefix);
    }
  }

  /** Writes a value that is no list to be flattened. */
  private void plain(AnyValue value) {
    boolean nested =
        value.kind() == AnyValue.Kind.KVLIST
            || value.kind() == AnyValue.Kind.ARRAY && !hasPlainElements(value);
    if (nested) {
      text.clear();
      values.write(text, value, 0);
      json.string(text.array(), 0, text.size());
    } else {
      values.write(json, value, 0);
    }
  }

  private boolean hasPlainElements(AnyValue array) {
    elements.reset(array.bytes());
    while (elements.next()) {
      AnyValue.Kind kind = elements.value().kind();
      if (kind == AnyValue.Kind.ARRAY || kind == AnyValue.Kind.KVLIST) {
        return false;
      }
    }
    return true;
  }
}
