package io.vigia.collector.receive.otlp;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The {@code grpc-timeout} header: up to 8 digits and a unit. Source: PROTOCOL-HTTP2.md. */
final class GrpcTimeout {
  /** Eight digits of hours are 11,000 years: more than a {@code long} of nanoseconds. */
  private static final long MAX_NANOS = TimeUnit.DAYS.toNanos(365);

  private GrpcTimeout() {}

  /** Nanoseconds, a year at most, or 0 when there is no (valid) timeout. */
  static long nanos(@Nullable CharSequence header) {
    if (header == null || header.length() < 2 || header.length() > 9) {
      return 0;
    }
    int last = header.length() - 1;
    long value = 0;
    for (int i = 0; i < last; i++) {
      int digit = header.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      value = value * 10 + digit;
    }
    long nanos =
        switch (header.charAt(last)) {
          case 'H' -> TimeUnit.HOURS.toNanos(value);
          case 'M' -> TimeUnit.MINUTES.toNanos(value);
          case 'S' -> TimeUnit.SECONDS.toNanos(value);
          case 'm' -> TimeUnit.MILLISECONDS.toNanos(value);
          case 'u' -> TimeUnit.MICROSECONDS.toNanos(value);
          case 'n' -> value;
          default -> 0;
        };
    return Math.min(nanos, MAX_NANOS);
  }
}
