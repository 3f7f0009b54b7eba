package io.vigia.collector.receive.otlp;

import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.DecompressException;
import io.vigia.collector.receive.Unsnappy;
import io.vigia.collector.receive.Unzlib;
import io.vigia.collector.receive.Unzstd;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a message may be compressed: what OTLP asks for (gzip), and what the exporters of the
 * OpenTelemetry Collector and Fluent Bit can be set to. Source: RFC 9110, section 8.4, and
 * PROTOCOL-HTTP2.md, "Message-Encoding".
 */
enum Encoding {
  IDENTITY,
  GZIP,
  ZSTD,
  SNAPPY,
  DEFLATE;

  /** The names, as {@code accept-encoding} and {@code grpc-accept-encoding} have them. */
  static final String ACCEPTED = "gzip,zstd,snappy,deflate,identity";

  /**
   * @param name as in {@code content-encoding} and {@code grpc-encoding}
   * @return null for an unknown one
   */
  static @Nullable Encoding of(@Nullable CharSequence name) {
    if (name == null) {
      return IDENTITY;
    }
    return switch (name.toString().trim().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "zstd" -> ZSTD;
      case "snappy", "x-snappy-framed" -> SNAPPY;
      case "deflate", "zlib" -> DEFLATE;
      default -> null;
    };
  }

  /** Where the message is without it; valid until the next call of this thread. */
  Slice undo(byte[] in, int offset, int length, int maxBytes) throws DecompressException {
    Scratch scratch = Scratch.current();
    byte[] plain;
    switch (this) {
      case GZIP -> {
        int size = scratch.gunzip.run(in, offset, length, maxBytes);
        return scratch.plain.set(scratch.gunzip.array(), 0, size);
      }
      case ZSTD -> plain = Unzstd.run(in, offset, length, maxBytes);
      case SNAPPY -> plain = Unsnappy.run(in, offset, length, maxBytes);
      case DEFLATE -> plain = Unzlib.run(in, offset, length, maxBytes);
      default -> {
        return scratch.plain.set(in, offset, length);
      }
    }
    return scratch.plain.set(plain, 0, plain.length);
  }
}
