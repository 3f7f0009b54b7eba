package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;

/** What documents of both signals have in common. */
final class Fields {
  static final byte[] TIMESTAMP = JsonBuffer.ascii("\"@timestamp\":");
  static final byte[] TRACE_ID = JsonBuffer.ascii("\"trace.id\":");
  static final byte[] SPAN_ID = JsonBuffer.ascii("\"span.id\":");

  private Fields() {}

  /**
   * The first time that is set and that Elasticsearch's {@code date_nanos} takes (until the year
   * 2262, where a signed count of nanoseconds ends).
   */
  static long time(long first, long second, long third) {
    return first > 0 ? first : second > 0 ? second : Math.max(0, third);
  }

  /** An id of the right length with a bit set; others are no ids. */
  static void id(DocumentWriter document, byte[] name, Slice id, int length) {
    if (id.length() != length) {
      return;
    }
    for (int i = 0; i < length; i++) {
      if (id.at(i) != 0) {
        document.member(name).hex(id);
        return;
      }
    }
  }

  static void scopeName(Slice scope, ProtoReader reader, Slice into) {
    into.clear();
    reader.reset(scope);
    while (reader.next()) {
      if (reader.tag() == OtlpFields.SCOPE_NAME) {
        reader.slice(into);
      }
    }
  }
}
