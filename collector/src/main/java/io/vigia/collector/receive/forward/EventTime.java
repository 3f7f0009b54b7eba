package io.vigia.collector.receive.forward;

/**
 * Reads the time of an event in all the forms that clients send: {@code EventTime} extension,
 * integer seconds, floating-point seconds. Source: Forward Protocol Specification v1, "EventTime
 * Ext Format".
 */
final class EventTime {
  /** Fluent Bit's group markers may leak; they are no events. */
  static final long GROUP_MARKER = Long.MIN_VALUE;

  private EventTime() {}

  /**
   * @param in with the value's header just read; left after the value
   * @return nanoseconds since the Unix epoch; 0 when it is no time; {@link #GROUP_MARKER}
   */
  static long read(MsgPackReader in) {
    switch (in.type()) {
      case INT -> {
        long seconds = in.longValue();
        return seconds < 0 ? marker(seconds) : nanos(seconds, 0);
      }
      case FLOAT -> {
        double seconds = in.doubleValue();
        return seconds > 0 && seconds < 9.2e9 ? Math.round(seconds * 1e6) * 1000 : 0;
      }
      case EXT -> {
        if (in.extType() != 0 || in.length() != 8) {
          return 0;
        }
        int seconds = int32(in.array(), in.offset());
        long nanos = int32(in.array(), in.offset() + 4) & 0xffff_ffffL;
        return seconds == -1 || seconds == -2 ? GROUP_MARKER : nanos(seconds & 0xffff_ffffL, nanos);
      }
      default -> {
        in.skipRest();
        return 0;
      }
    }
  }

  private static long marker(long seconds) {
    return seconds == -1 || seconds == -2 ? GROUP_MARKER : 0;
  }

  private static long nanos(long seconds, long nanos) {
    return seconds > 9_000_000_000L ? 0 : seconds * 1_000_000_000L + nanos;
  }

  private static int int32(byte[] array, int at) {
    return array[at] << 24
        | (array[at + 1] & 0xff) << 16
        | (array[at + 2] & 0xff) << 8
        | array[at + 3] & 0xff;
  }
}
