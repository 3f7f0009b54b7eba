package io.vigia.collector.receive.forward;

import io.vigia.collector.otlp.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

  private static final RecordKey[][] BY_LENGTH = new RecordKey[16][0];

  static {
    for (RecordKey key : values()) {
      if (key != OTHER) {
        RecordKey[] row = BY_LENGTH[key.length];
        BY_LENGTH[key.length] = Arrays.copyOf(row, row.length + 1);
        BY_LENGTH[key.length][row.length] = key;
      }
    }
  }

  private final int length;

  /** The first and the last eight bytes, which are all: names have 15 at most. */
  private final long head;

  private final long tail;

  RecordKey(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    length = bytes.length;
    head = Words.head(bytes, 0, length);
    tail = Words.tail(bytes, 0, length);
  }

  static RecordKey of(byte[] array, int offset, int length) {
    if (length < BY_LENGTH.length && BY_LENGTH[length].length > 0) {
      long head = Words.head(array, offset, length);
      long tail = Words.tail(array, offset, length);
      for (RecordKey key : BY_LENGTH[length]) {
        if (key.head == head && key.tail == tail) {
          return key;
        }
      }
    }
    return OTHER;
  }
}
