package io.vigia.collector.receive.containers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vigia.collector.receive.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Level, trace id and span id of an event, where they are plain to see: in fields of a JSON line,
 * or in the first line of a text. Reusable, not thread-safe.
 */
final class LineFacts {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int TRACE_DIGITS = 32;
  private static final int SPAN_DIGITS = 16;

  /** A level is near the beginning, or it is a word of the message. */
  private static final int LEVEL_WITHIN_BYTES = 96;

  private static final HexFormat HEX = HexFormat.of();

  private String level = "";
  private int severity;
  private byte @Nullable [] traceId;
  private byte @Nullable [] spanId;

  /** As it was written; empty when {@link #severity} is 0. */
  String level() {
    return level;
  }

  /** {@code SeverityNumber} of OTLP, or 0. */
  int severity() {
    return severity;
  }

  byte @Nullable [] traceId() {
    return traceId;
  }

  byte @Nullable [] spanId() {
    return spanId;
  }

  void read(byte[] array, int offset, int length) {
    level = "";
    severity = 0;
    traceId = spanId = null;
    if (length > 1 && array[offset] == '{' && json(array, offset, length)) {
      return;
    }
    int end = offset;
    while (end < offset + length && array[end] != '\n') {
      end++;
    }
    textLevel(array, offset, Math.min(end, offset + LEVEL_WITHIN_BYTES));
    textIds(array, offset, end);
  }

  private boolean json(byte[] array, int offset, int length) {
    try (JsonParser in = JSON.createParser(array, offset, length)) {
      in.nextToken();
      fields(in, "");
      return true;
    } catch (IOException e) {
      level = "";
      severity = 0;
      traceId = spanId = null;
      return false;
    }
  }

  /** Reads {@code trace.id} also as {@code {"trace":{"id":…}}}. */
  private void fields(JsonParser in, String path) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = path + in.currentName().toLowerCase(Locale.ROOT);
      JsonToken value = in.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        field(name, in.getText());
      } else if (value == JsonToken.START_OBJECT
          && (name.equals("log")
              || name.equals("trace")
              || name.equals("span")
              || name.equals("mdc")
              || name.equals("contextmap"))) {
        fields(in, name.length() > 5 || name.equals("mdc") ? "" : name + ".");
      } else {
        in.skipChildren();
      }
    }
    if (in.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("no object");
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "level", "severity", "loglevel", "log_level", "log.level", "lvl" -> level(value);
      case "trace_id", "traceid", "trace.id" -> {
        if (isHex(value, TRACE_DIGITS)) {
          traceId = HEX.parseHex(value);
        }
      }
      case "span_id", "spanid", "span.id" -> {
        if (isHex(value, SPAN_DIGITS)) {
          spanId = HEX.parseHex(value);
        }
      }
      default -> {}
    }
  }

  private void level(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int number = Severity.number(bytes, 0, bytes.length);
    if (number != 0) {
      severity = number;
      level = word;
    }
  }

  /** The first word in capitals that is a level, or the value of {@code level=}. */
  private void textLevel(byte[] array, int offset, int end) {
    for (int i = offset; i < end; i++) {
      if (!isLetter(array[i])) {
        continue;
      }
      int begin = i;
      boolean capitals = true;
      while (i < end && isLetter(array[i])) {
        capitals &= array[i] <= 'Z';
        i++;
      }
      int length = i - begin;
      boolean named = begin > offset && array[begin - 1] == '=' && isLevelKey(array, offset, begin);
      if (length >= 3 && (capitals || named)) {
        int number = Severity.number(array, begin, length);
        if (number != 0) {
          severity = number;
          level = new String(array, begin, length, StandardCharsets.US_ASCII);
          return;
        }
      }
    }
  }

  private static boolean isLevelKey(byte[] array, int offset, int valueAt) {
    String key = "level=";
    int begin = valueAt - key.length();
    return begin >= offset && matches(array, begin, key);
  }

  /**
   * {@code trace_id=HEX}, {@code traceId: "HEX"} and the like; {@code [service,HEX,HEX]} of Spring
   * Cloud Sleuth; {@code [HEX-HEX]} of Spring Boot 3.
   */
  private void textIds(byte[] array, int offset, int end) {
    int i = offset;
    while (i + TRACE_DIGITS <= end) {
      int begin = runBegin(array, i, end);
      int stop = begin;
      while (stop < end && isHex(array[stop])) {
        stop++;
      }
      if (stop - begin == TRACE_DIGITS && isTrace(array, offset, begin, stop, end)) {
        traceId = hex(array, begin, TRACE_DIGITS);
        spanId(array, offset, stop, end);
        return;
      }
      i = stop + 1;
    }
  }

  private static int runBegin(byte[] array, int from, int end) {
    int at = from;
    while (at < end && !(isHex(array[at]) && (at == from || !isWord(array[at - 1])))) {
      at++;
    }
    return at;
  }

  private static boolean isTrace(byte[] array, int offset, int begin, int stop, int end) {
    if (begin > offset && isWord(array[begin - 1]) || stop < end && isWord(array[stop])) {
      return false;
    }
    if (named(array, offset, begin, "trace")) {
      return true;
    }
    boolean pair =
        stop + 1 + SPAN_DIGITS <= end
            && (array[stop] == ',' || array[stop] == '-')
            && isHexRun(array, stop + 1, end);
    return pair && begin > offset && (array[begin - 1] == ',' || array[begin - 1] == '[');
  }

  private void spanId(byte[] array, int offset, int stop, int end) {
    if (stop + 1 + SPAN_DIGITS <= end
        && (array[stop] == ',' || array[stop] == '-')
        && isHexRun(array, stop + 1, end)) {
      spanId = hex(array, stop + 1, SPAN_DIGITS);
      return;
    }
    for (int i = offset; i + SPAN_DIGITS <= end; i++) {
      if ((i == offset || !isWord(array[i - 1]))
          && isHex(array[i])
          && isHexRun(array, i, end)
          && named(array, offset, i, "span")) {
        spanId = hex(array, i, SPAN_DIGITS);
        return;
      }
    }
  }

  /** Exactly the digits of a span id. */
  private static boolean isHexRun(byte[] array, int at, int end) {
    for (int i = 0; i < SPAN_DIGITS; i++) {
      if (at + i >= end || !isHex(array[at + i])) {
        return false;
      }
    }
    return at + SPAN_DIGITS == end || !isWord(array[at + SPAN_DIGITS]);
  }

  /** Whether {@code trace_id=}, {@code traceId: "}, {@code trace.id=} or the like is before it. */
  private static boolean named(byte[] array, int offset, int at, String word) {
    int i = at - 1;
    while (i >= offset && (array[i] == '"' || array[i] == '\'' || array[i] == ' ')) {
      i--;
    }
    if (i < offset || array[i] != '=' && array[i] != ':') {
      return false;
    }
    i--;
    while (i >= offset && (array[i] == '"' || array[i] == '\'' || array[i] == ' ')) {
      i--;
    }
    if (i - 1 < offset || (array[i] | 0x20) != 'd' || (array[i - 1] | 0x20) != 'i') {
      return false;
    }
    i -= 2;
    if (i >= offset && (array[i] == '_' || array[i] == '.' || array[i] == '-')) {
      i--;
    }
    int begin = i - word.length() + 1;
    if (begin < offset) {
      return false;
    }
    for (int j = 0; j < word.length(); j++) {
      if ((array[begin + j] | 0x20) != word.charAt(j)) {
        return false;
      }
    }
    return begin == offset || !isLetter(array[begin - 1]);
  }

  private static byte[] hex(byte[] array, int at, int digits) {
    return HEX.parseHex(new String(array, at, digits, StandardCharsets.US_ASCII));
  }

  private static boolean isHex(String text, int digits) {
    return text.length() == digits && text.chars().allMatch(c -> c < 0x80 && isHex((byte) c));
  }

  private static boolean isHex(byte b) {
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F';
  }

  private static boolean isLetter(byte b) {
    return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
  }

  private static boolean isWord(byte b) {
    return isLetter(b) || b >= '0' && b <= '9' || b == '_';
  }

  private static boolean matches(byte[] array, int at, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (array[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
