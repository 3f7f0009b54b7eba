package io.vigia.collector.receive.containers;

import io.vigia.collector.otlp.Slice;

/**
 * One line of a container's log: {@code TIME STREAM TAGS MESSAGE}, e.g. {@code
 * 2016-10-06T00:17:09.669794202Z stdout P some text}. Tags are separated by colons, the first is
 * {@code P} (partial: the line goes on in the next one of its stream) or {@code F}. Reusable, not
 * thread-safe.
 *
 * <p>Source: Kubernetes, {@code pkg/kubelet/kuberuntime/logs/logs.go} ("CRI log format").
 */
final class CriLine {
  /** The shortest time of the format, with a space. */
  private static final int LEAST_TIME_BYTES = "2016-10-06T00:17:09Z ".length();

  private final Slice message = new Slice();
  private long timeUnixNanos;
  private boolean stderr;
  private boolean partial;

  /** When it was written, or 0 when the line is not of the format. */
  long timeUnixNanos() {
    return timeUnixNanos;
  }

  boolean isStderr() {
    return stderr;
  }

  boolean isPartial() {
    return partial;
  }

  /** Valid as long as the array that was read. */
  Slice message() {
    return message;
  }

  /**
   * Reads a line without its end.
   *
   * @return whether it is of the format; otherwise all of it is the message, of stdout and whole
   */
  boolean read(byte[] array, int offset, int length) {
    int end = offset + length;
    timeUnixNanos = time(array, offset, end);
    int stream = timeUnixNanos == 0 ? -1 : after(array, offset, end);
    int tags = stream < 0 ? -1 : after(array, stream, end);
    if (tags < 0 || tags == end || !isStream(array, stream, tags - 1 - stream)) {
      timeUnixNanos = 0;
      stderr = partial = false;
      message.set(array, offset, length);
      return false;
    }
    stderr = array[stream + 3] == 'e';
    partial = array[tags] == 'P';
    int begin = after(array, tags, end);
    message.set(array, begin < 0 ? end : begin, begin < 0 ? 0 : end - begin);
    return true;
  }

  /** The position behind the next space, or -1. */
  private static int after(byte[] array, int from, int end) {
    for (int i = from; i < end; i++) {
      if (array[i] == ' ') {
        return i + 1;
      }
    }
    return -1;
  }

  private static boolean isStream(byte[] array, int at, int length) {
    return length == 6
        && array[at] == 's'
        && array[at + 1] == 't'
        && array[at + 2] == 'd'
        && (matches(array, at + 3, "out") || matches(array, at + 3, "err"));
  }

  private static boolean matches(byte[] array, int at, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (array[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The RFC 3339 time that a line begins with, in nanoseconds since the Unix epoch, or 0. */
  static long time(byte[] a, int at, int end) {
    if (end - at < LEAST_TIME_BYTES
        || a[at + 4] != '-'
        || a[at + 7] != '-'
        || a[at + 10] != 'T'
        || a[at + 13] != ':'
        || a[at + 16] != ':') {
      return 0;
    }
    int year = digits(a, at, 4);
    int month = digits(a, at + 5, 2);
    int day = digits(a, at + 8, 2);
    int hour = digits(a, at + 11, 2);
    int minute = digits(a, at + 14, 2);
    int second = digits(a, at + 17, 2);
    if ((year | month | day | hour | minute | second) < 0
        || year < 1970
        || year > 2261 // the last whole year of 63 bits of nanoseconds
        || month < 1
        || month > 12) {
      return 0;
    }
    int i = at + 19;
    long nanos = 0;
    if (a[i] == '.') {
      long unit = 100_000_000;
      for (i++; i < end && digit(a[i]) >= 0; i++, unit /= 10) {
        nanos += unit * digit(a[i]);
      }
    }
    long offsetSeconds = i < end && a[i] == 'Z' ? 0 : zone(a, i, end);
    if (offsetSeconds == Long.MIN_VALUE) {
      return 0;
    }
    long seconds =
        days(year, month, day) * 86_400 + hour * 3_600L + minute * 60L + second - offsetSeconds;
    return seconds * 1_000_000_000L + nanos;
  }

  /** Seconds east of Greenwich of {@code +02:00}, or {@link Long#MIN_VALUE}. */
  private static long zone(byte[] a, int at, int end) {
    if (end - at < 6 || (a[at] != '+' && a[at] != '-') || a[at + 3] != ':') {
      return Long.MIN_VALUE;
    }
    int hours = digits(a, at + 1, 2);
    int minutes = digits(a, at + 4, 2);
    if ((hours | minutes) < 0) {
      return Long.MIN_VALUE;
    }
    long seconds = hours * 3_600L + minutes * 60L;
    return a[at] == '-' ? -seconds : seconds;
  }

  /** Days since 1970-01-01 in the Gregorian calendar. */
  private static long days(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  private static int digits(byte[] a, int at, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      int digit = digit(a[at + i]);
      if (digit < 0) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static int digit(byte b) {
    return b >= '0' && b <= '9' ? b - '0' : -1;
  }
}
