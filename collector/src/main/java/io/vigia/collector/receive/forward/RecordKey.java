package io.vigia.collector.receive.forward;

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
        RecordKey[] row = BY_LENGTH[key.bytes.length];
        BY_LENGTH[key.bytes.length] = Arrays.copyOf(row, row.length + 1);
        BY_LENGTH[key.bytes.length][row.length] = key;
      }
    }
  }

  private final byte[] bytes;

  RecordKey(String name) {
    bytes = name.getBytes(StandardCharsets.US_ASCII);
  }

  static RecordKey of(byte[] array, int offset, int length) {
    if (length < BY_LENGTH.length) {
      for (RecordKey key : BY_LENGTH[length]) {
        if (key.matches(array, offset)) {
          return key;
        }
      }
    }
    return OTHER;
  }

  /** Byte by byte: names are short. */
  private boolean matches(byte[] array, int offset) {
    for (int i = 0; i < bytes.length; i++) {
      if (array[offset + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
