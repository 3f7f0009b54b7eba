package io.vigia.collector.receive.otlp;

import org.jspecify.annotations.Nullable;

/** The {@code grpc-timeout} header: up to 8 digits and a unit. Source: PROTOCOL-HTTP2.md. */
final class GrpcTimeout {
  private GrpcTimeout() {}

  /** Nanoseconds, or 0 when there is no (valid) timeout. */
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
    return switch (header.charAt(last)) {
      case 'H' -> value * 3_600_000_000_000L;
      case 'M' -> value * 60_000_000_000L;
      case 'S' -> value * 1_000_000_000L;
      case 'm' -> value * 1_000_000L;
      case 'u' -> value * 1_000L;
      case 'n' -> value;
      default -> 0;
    };
  }
}
