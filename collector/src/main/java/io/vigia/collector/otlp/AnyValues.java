package io.vigia.collector.otlp;

/** Iterates the elements of an {@code ArrayValue} ({@link AnyValue.Kind#ARRAY}). */
public final class AnyValues {
  private final ProtoReader reader = new ProtoReader();
  private final AnyValue value = new AnyValue();

  public AnyValues reset(Slice arrayValue) {
    reader.reset(arrayValue);
    return this;
  }

  public boolean next() {
    while (reader.next()) {
      if (reader.tag() == OtlpFields.ARRAY_VALUE_VALUES) {
        value.reset(reader.array(), reader.offset(), reader.length());
        return true;
      }
    }
    return false;
  }

  /** The current element; the same flyweight every time. */
  public AnyValue value() {
    return value;
  }
}
