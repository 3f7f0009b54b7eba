package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.Slice;

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

  static final int MAX_KEY_BYTES = 256;

  private static final byte[] UNNAMED = JsonBuffer.ascii("_");

  private final JsonBuffer json = new JsonBuffer();
  private final JsonBuffer text = new JsonBuffer();
  private final KeySet keys = new KeySet();
  private final KeyValues[] levels = new KeyValues[MAX_DEPTH];
  private final JsonValues values = new JsonValues();
  private final AnyValues elements = new AnyValues();

  void clear() {
    json.clear();
    keys.clear();
  }

  boolean isEmpty() {
    return json.size() == 0;
  }

  /** Key-value pairs with commas between them. */
  JsonBuffer json() {
    return json;
  }

  void add(Slice key, AnyValue value) {
    add(key.array(), key.offset(), key.length(), value);
  }

  /** Adds an attribute whose key is part of an array. */
  void add(byte[] key, int offset, int length, AnyValue value) {
    int start = json.size();
    if (json.size() > 0) {
      json.raw(',');
    }
    json.raw('"');
    int keyStart = json.size();
    key(key, offset, length, true);
    addTo(start, keyStart, value, 0);
  }

  void add(String key, String value) {
    byte[] utf8 = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int start = json.size();
    if (start > 0) {
      json.raw(',');
    }
    json.raw('"');
    int keyStart = json.size();
    key(utf8, 0, utf8.length, true);
    if (endKey(start, keyStart)) {
      json.string(value);
    }
  }

  /** Adds an attribute with a string value. */
  void add(byte[] asciiKey, Slice value) {
    int start = json.size();
    if (start > 0) {
      json.raw(',');
    }
    json.raw('"');
    int keyStart = json.size();
    json.raw(asciiKey);
    if (endKey(start, keyStart)) {
      json.string(value);
    }
  }

  /**
   * Adds all that another one holds, at once. The keys are not remembered: to be called last.
   *
   * @return false, and nothing is done, when a key is in both or there would be too many
   */
  boolean addAll(Labels other) {
    if (keys.size() + other.keys.size() > MAX_LABELS
        || keys.intersects(json.array(), other.keys, other.json.array())) {
      return false;
    }
    if (json.size() > 0 && other.json.size() > 0) {
      json.raw(',');
    }
    json.raw(other.json.array(), 0, other.json.size());
    return true;
  }

  private void addTo(int start, int keyStart, AnyValue value, int depth) {
    if (value.kind() == AnyValue.Kind.KVLIST && depth < MAX_DEPTH) {
      // the key so far is the prefix of the keys inside
      byte[] prefix = java.util.Arrays.copyOfRange(json.array(), keyStart, json.size());
      json.truncate(start);
      flatten(prefix, value, depth);
      return;
    }
    if (endKey(start, keyStart)) {
      switch (value.kind()) {
        case KVLIST -> asText(value);
        case ARRAY -> {
          if (plain(value)) {
            values.write(json, value, 0);
          } else {
            asText(value);
          }
        }
        default -> values.write(json, value, 0);
      }
    }
  }

  private void flatten(byte[] prefix, AnyValue list, int depth) {
    KeyValues entries = levels[depth] == null ? (levels[depth] = new KeyValues()) : levels[depth];
    // the flyweight's bytes stay: they are a window on the payload
    entries.reset(list.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
    while (entries.next()) {
      int start = json.size();
      if (start > 0) {
        json.raw(',');
      }
      json.raw('"');
      int keyStart = json.size();
      json.raw(prefix);
      json.raw('.');
      key(entries.key().array(), entries.key().offset(), entries.key().length(), false);
      addTo(start, keyStart, entries.value(), depth + 1);
    }
  }

  /**
   * Ends the key begun at {@code keyStart}; false (and all undone) when there is no room for it.
   */
  private boolean endKey(int start, int keyStart) {
    if (keys.size() >= MAX_LABELS || !keys.add(json.array(), keyStart, json.size() - keyStart, 0)) {
      json.truncate(start);
      return false;
    }
    json.raw('"');
    json.raw(':');
    return true;
  }

  /** Elasticsearch takes no empty name, and none with a dot at an end or two in a row. */
  private void key(byte[] bytes, int offset, int length, boolean first) {
    int max = Math.min(length, MAX_KEY_BYTES);
    while (max < length && max > 0 && (bytes[offset + max] & 0xc0) == 0x80) {
      max--;
    }
    int begin = json.size();
    json.characters(bytes, offset, max);
    byte[] array = json.array();
    boolean blank = true;
    for (int i = begin; i < json.size(); i++) {
      boolean dot = array[i] == '.';
      if (dot && (i == begin || i == json.size() - 1 || array[i - 1] == '.')) {
        array[i] = '_';
        dot = false;
      }
      blank &= array[i] == ' ';
    }
    if (blank) {
      json.truncate(begin);
      json.raw(UNNAMED);
    }
  }

  private boolean plain(AnyValue array) {
    elements.reset(array.bytes());
    while (elements.next()) {
      AnyValue.Kind kind = elements.value().kind();
      if (kind == AnyValue.Kind.ARRAY || kind == AnyValue.Kind.KVLIST) {
        return false;
      }
    }
    return true;
  }

  private void asText(AnyValue value) {
    text.clear();
    values.write(text, value, 0);
    json.string(text.array(), 0, text.size());
  }
}
