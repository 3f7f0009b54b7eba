package io.vigia.collector.receive.forward;

import io.vigia.collector.receive.ShortNames;
import java.util.stream.Stream;

/** The keys of a record that have a meaning in OTLP; all others become attributes. */
enum RecordKey {
  MESSAGE("message"),
  LOG("log"),
  LEVEL("level"),
  SEVERITY("severity"),
  TRACE_ID("trace_id"),
  SPAN_ID("span_id"),
  TRACE_FLAGS("trace_flags"),
  LOGGER("logger"),
  THREAD("thread"),
  ATTRIBUTES("attributes"),
  RESOURCE("resource"),
  OTHER("");

  private static final RecordKey[] KEYS = values();
  private static final ShortNames NAMES =
      ShortNames.of(Stream.of(KEYS).map(key -> key.inRecord).toList());

  private final String inRecord;

  RecordKey(String inRecord) {
    this.inRecord = inRecord;
  }

  static RecordKey of(byte[] array, int offset, int length) {
    int found = NAMES.find(array, offset, length);
    return found < 0 ? OTHER : KEYS[found];
  }
}
