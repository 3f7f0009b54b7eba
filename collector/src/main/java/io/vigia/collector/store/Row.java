package io.vigia.collector.store;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.UUID;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Appends columns where an empty value is NULL; and ids between OTLP bytes, columns and text. */
final class Row {
  private Row() {}

  static void text(DuckDBAppender row, String value) throws SQLException {
    if (value.isEmpty()) {
      row.appendNull();
    } else {
      row.append(value);
    }
  }

  /** A trace id; anything but 16 bytes, or all zero, is "none". */
  static void traceId(DuckDBAppender row, byte[] array, int offset, int length)
      throws SQLException {
    if (length == 16) {
      ByteBuffer bytes = ByteBuffer.wrap(array, offset, 16);
      long high = bytes.getLong();
      long low = bytes.getLong();
      if ((high | low) != 0) {
        row.appendUUID(high, low);
        return;
      }
    }
    row.appendNull();
  }

  /** A span id; anything but 8 bytes is 0, "none". */
  static long spanId(byte[] array, int offset, int length) {
    return length == 8 ? ByteBuffer.wrap(array, offset, 8).getLong() : 0;
  }

  /** 32 hexadecimal digits. */
  static String hex(UUID traceId) {
    return hex(traceId.getMostSignificantBits()) + hex(traceId.getLeastSignificantBits());
  }

  /** 16 hexadecimal digits. */
  static String hex(long spanId) {
    String digits = Long.toHexString(spanId);
    return "0".repeat(16 - digits.length()) + digits;
  }

  /** The trace id of 1 to 32 hexadecimal digits (shorter ones are padded on the left), or null. */
  static @Nullable UUID parseTraceId(String text) {
    if (text.isEmpty() || text.length() > 32) {
      return null;
    }
    String padded = "0".repeat(32 - text.length()) + text;
    Long high = parseSpanId(padded.substring(0, 16));
    Long low = parseSpanId(padded.substring(16));
    return high == null || low == null ? null : new UUID(high, low);
  }

  /** The span id of 1 to 16 hexadecimal digits, or null. */
  static @Nullable Long parseSpanId(String text) {
    if (text.isEmpty() || text.length() > 16 || !text.chars().allMatch(Row::isHex)) {
      return null;
    }
    return Long.parseUnsignedLong(text, 16);
  }

  private static boolean isHex(int c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
  }
}
