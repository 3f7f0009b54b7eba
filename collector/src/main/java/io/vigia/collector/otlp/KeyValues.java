package io.vigia.collector.otlp;

/**
 * Iterates attributes: the repeated {@code KeyValue} fields of any message. Keys and values are
 * flyweights that move with {@link #next}. Not thread-safe.
 *
 * <pre>{@code
 * attributes.reset(items.resource(), OtlpFields.RESOURCE_ATTRIBUTES);
 * while (attributes.next()) {
 *   if (attributes.key().contentEquals("service.name")) { … attributes.value().bytes() … }
 * }
 * }</pre>
 */
public final class KeyValues {
  private final ProtoReader reader = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final Slice keyValue = new Slice();
  private final Slice key = new Slice();
  private final Slice valueBytes = new Slice();
  private final AnyValue value = new AnyValue();
  private int tag;

  /**
   * @param message the message that holds the attributes
   * @param tag which field of it, e.g. {@link OtlpFields#SPAN_ATTRIBUTES}; for a value of {@link
   *     AnyValue.Kind#KVLIST} it is {@link OtlpFields#KEY_VALUE_LIST_VALUES}
   */
  public KeyValues reset(Slice message, int tag) {
    reader.reset(message);
    this.tag = tag;
    return this;
  }

  /**
   * The same, for attributes of which none begins before {@code from} (in the message's array).
   *
   * @param from where a field of the message begins, or its end
   */
  public KeyValues reset(Slice message, int tag, int from) {
    reader.reset(message.array(), from, message.offset() + message.length() - from);
    this.tag = tag;
    return this;
  }

  public boolean next() {
    while (reader.next()) {
      if (reader.tag() == tag) {
        reader.slice(keyValue);
        read();
        return true;
      }
    }
    return false;
  }

  /** The attribute's key. */
  public Slice key() {
    return key;
  }

  /** The attribute's value. */
  public AnyValue value() {
    return value;
  }

  /** The bytes of the value's {@code AnyValue} message. */
  public Slice valueBytes() {
    return valueBytes;
  }

  /** The bytes of the whole {@code KeyValue} message. */
  public Slice keyValue() {
    return keyValue;
  }

  private void read() {
    byte[] array = keyValue.array();
    int at = keyValue.offset();
    int end = at + keyValue.length();
    // as nearly every sender writes it: first the key, then the value, lengths of one byte each
    if (end - at >= 4 && array[at] == OtlpFields.KEY_VALUE_KEY && array[at + 1] >= 0) {
      int valueAt = at + 2 + array[at + 1];
      if (end - valueAt >= 2
          && array[valueAt] == OtlpFields.KEY_VALUE_VALUE
          && array[valueAt + 1] == end - valueAt - 2) {
        key.set(array, at + 2, valueAt - at - 2);
        value.reset(valueBytes.set(array, valueAt + 2, end - valueAt - 2));
        return;
      }
    }
    readAny();
  }

  private void readAny() {
    key.clear();
    valueBytes.clear();
    inner.reset(keyValue);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.KEY_VALUE_KEY -> inner.slice(key);
        case OtlpFields.KEY_VALUE_VALUE -> inner.slice(valueBytes);
        default -> {}
      }
    }
    value.reset(valueBytes);
  }
}
