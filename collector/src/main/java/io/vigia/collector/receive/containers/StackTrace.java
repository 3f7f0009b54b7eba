package io.vigia.collector.receive.containers;

/**
 * What a line has to do with a Java stack trace. Source: {@code java.lang.Throwable
 * .printStackTrace}, and Logback's and Log4j's forms of it ({@code ... 3 common frames omitted},
 * {@code Wrapped by:}).
 */
final class StackTrace {
  private StackTrace() {}

  /** What a line can be. */
  enum Kind {
    /** {@code at a.b.C.d(C.java:1)}, {@code ... 12 more}: belongs to what is before it. */
    FRAME,
    /** {@code Caused by: …}, {@code Suppressed: …}: belongs to what is before it. */
    CAUSE,
    /** {@code a.b.C} or {@code a.b.C: text}: the first line of a trace, if a frame follows. */
    HEADER,
    /** Indented: belongs to a trace when it is within one. */
    INDENTED,
    /** Begins with a digit, a bracket, a brace or a level: a log line of its own. */
    LOG,
    /** Anything else. */
    OTHER
  }

  private static final String[] CAUSES = {"Caused by: ", "Suppressed: ", "Wrapped by: "};
  private static final String[] LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

  static Kind kind(byte[] array, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end && (array[at] == ' ' || array[at] == '\t')) {
      at++;
    }
    boolean indented = at > offset;
    if (indented && (begins(array, at, end, "at ") || begins(array, at, end, "... "))) {
      return Kind.FRAME;
    }
    for (String cause : CAUSES) {
      if (begins(array, at, end, cause)) {
        return Kind.CAUSE;
      }
    }
    if (indented) {
      return Kind.INDENTED;
    }
    if (at == end) {
      return Kind.OTHER;
    }
    byte first = array[at];
    if (first == '[' || first == '{' || first >= '0' && first <= '9') {
      return Kind.LOG;
    }
    for (String level : LEVELS) {
      if (begins(array, at, end, level)) {
        return Kind.LOG;
      }
    }
    return isHeader(array, at, end) ? Kind.HEADER : Kind.OTHER;
  }

  /** A class name with a package, alone or before a colon. */
  private static boolean isHeader(byte[] array, int at, int end) {
    int dots = 0;
    boolean begin = true;
    for (int i = at; i < end; i++) {
      int c = array[i] & 0xff;
      if (c == '.') {
        if (begin) {
          return false;
        }
        dots++;
        begin = true;
      } else if (c == ':' && i + 1 < end && array[i + 1] == ' ' || c == ':' && i + 1 == end) {
        return dots > 0 && !begin;
      } else if (begin ? !isStart(c) : !isStart(c) && !(c >= '0' && c <= '9')) {
        return false;
      } else {
        begin = false;
      }
    }
    return dots > 0 && !begin;
  }

  private static boolean isStart(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80;
  }

  private static boolean begins(byte[] array, int at, int end, String word) {
    if (end - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (array[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
