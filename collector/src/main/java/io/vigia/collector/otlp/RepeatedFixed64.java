package io.vigia.collector.otlp;

import org.jspecify.annotations.Nullable;

/**
 * A repeated fixed64 or double field in whichever form it came: packed in one piece (then read in
 * place), in several pieces, or unpacked. Source: protobuf.dev, "Encoding", Packed Repeated Fields:
 * parsers must accept all of them. Not thread-safe.
 */
final class RepeatedFixed64 {
  private final Slice elements = new Slice();
  private @Nullable ProtoWriter gathered;

  void clear() {
    elements.clear();
  }

  /** The reader is at the packed form of the field. */
  void packed(ProtoReader reader) {
    if (elements.isEmpty()) {
      reader.slice(elements);
    } else {
      ProtoWriter all = gather();
      all.raw(reader.array(), reader.offset(), reader.length());
      elements.set(all.array(), 0, all.size());
    }
  }

  /** The reader is at one element. */
  void unpacked(ProtoReader reader) {
    ProtoWriter all = gather();
    all.packedFixed64(reader.value());
    elements.set(all.array(), 0, all.size());
  }

  /** All elements so far, little-endian, 8 bytes each. */
  Slice elements() {
    return elements;
  }

  private ProtoWriter gather() {
    ProtoWriter all = gathered;
    if (all == null) {
      all = gathered = new ProtoWriter();
    }
    if (elements.array() != all.array()) {
      all.clear().raw(elements);
    }
    return all;
  }
}
