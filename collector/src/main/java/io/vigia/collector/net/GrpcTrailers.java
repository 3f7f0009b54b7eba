package io.vigia.collector.net;

import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads the end of a gRPC answer: status, message, and the retry delay hidden in {@code
 * grpc-status-details-bin} (base64 of {@code google.rpc.Status}, whose {@code details} may hold an
 * {@code Any} of {@code google.rpc.RetryInfo{retry_delay}}). Sources: grpc/grpc
 * doc/PROTOCOL-HTTP2.md; googleapis google/rpc/status.proto, error_details.proto.
 */
final class GrpcTrailers {
  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

  private GrpcTrailers() {}

  static int status(Http2Headers headers) {
    CharSequence value = headers.get("grpc-status");
    if (value == null) {
      return -1;
    }
    try {
      return Integer.parseInt(value, 0, value.length(), 10);
    } catch (NumberFormatException e) {
      return GrpcAnswer.UNKNOWN;
    }
  }

  /**
   * What an answer without {@code grpc-status} means (doc/http-grpc-status-mapping.md, which has no
   * 413: what gRPC servers say of a message over their limit).
   */
  static int ofHttp(String httpStatus) {
    return switch (httpStatus) {
      case "400" -> GrpcAnswer.INTERNAL;
      case "401" -> GrpcAnswer.UNAUTHENTICATED;
      case "403" -> GrpcAnswer.PERMISSION_DENIED;
      case "404" -> GrpcAnswer.UNIMPLEMENTED;
      case "413" -> GrpcAnswer.RESOURCE_EXHAUSTED;
      case "429", "502", "503", "504" -> GrpcAnswer.UNAVAILABLE;
      default -> GrpcAnswer.UNKNOWN;
    };
  }

  /** Undoes the percent-encoding of {@code grpc-message}. */
  static String message(Http2Headers headers) {
    CharSequence value = headers.get("grpc-message");
    if (value == null) {
      return "";
    }
    String text = value.toString();
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] out = new byte[text.length()];
    int n = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (low >= 0) {
        out[n++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        out[n++] = (byte) c;
      }
    }
    return new String(out, 0, n, StandardCharsets.UTF_8);
  }

  /** {@code Retry-After} of a proxy, in seconds as they write it: milliseconds, or -1. */
  static long retryAfterMillisOfHttp(Http2Headers headers) {
    CharSequence value = headers.get("retry-after");
    try {
      return value == null
          ? -1
          : Math.max(0, Math.min(Long.parseLong(value.toString().trim()), 86_400)) * 1000;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Milliseconds, or -1. */
  static long retryAfterMillis(Http2Headers headers) {
    CharSequence value = headers.get("grpc-status-details-bin");
    if (value == null) {
      return -1;
    }
    try {
      byte[] status = Base64.getDecoder().decode(value.toString().trim());
      Fields fields = new Fields(status, 0, status.length);
      while (fields.next()) {
        if (fields.number == 3 && fields.bytesEnd >= 0) { // repeated Any details
          long millis = retryDelay(new Fields(status, fields.bytesStart, fields.bytesEnd));
          if (millis >= 0) {
            return millis;
          }
        }
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return -1; // hints are optional; a broken one is none
    }
    return -1;
  }

  private static long retryDelay(Fields any) {
    String type = null;
    Fields value = null;
    while (any.next()) {
      if (any.number == 1 && any.bytesEnd >= 0) {
        type =
            new String(
                any.data, any.bytesStart, any.bytesEnd - any.bytesStart, StandardCharsets.UTF_8);
      } else if (any.number == 2 && any.bytesEnd >= 0) {
        value = new Fields(any.data, any.bytesStart, any.bytesEnd);
      }
    }
    if (!RETRY_INFO.equals(type) || value == null) {
      return -1;
    }
    while (value.next()) {
      if (value.number == 1 && value.bytesEnd >= 0) { // Duration
        Fields duration = new Fields(value.data, value.bytesStart, value.bytesEnd);
        long seconds = 0;
        long nanos = 0;
        while (duration.next()) {
          if (duration.number == 1) {
            seconds = duration.varint;
          } else if (duration.number == 2) {
            nanos = duration.varint;
          }
        }
        return Math.max(0, Math.min(seconds, 86_400)) * 1000 + Math.max(0, nanos) / 1_000_000;
      }
    }
    return 0;
  }

  /** The few lines of protobuf this needs; {@code net} knows nothing of {@code otlp}. */
  private static final class Fields {
    final byte[] data;
    private int at;
    private final int end;
    int number;
    long varint;
    int bytesStart;
    int bytesEnd;

    Fields(byte[] data, int start, int end) {
      this.data = data;
      this.at = start;
      this.end = end;
    }

    boolean next() {
      if (at >= end) {
        return false;
      }
      long tag = readVarint();
      number = (int) (tag >>> 3);
      bytesEnd = -1;
      switch ((int) tag & 7) {
        case 0 -> varint = readVarint();
        case 1 -> at += 8;
        case 2 -> {
          long length = readVarint();
          if (length < 0 || length > end - at) {
            throw new IndexOutOfBoundsException();
          }
          bytesStart = at;
          bytesEnd = at + (int) length;
          at = bytesEnd;
        }
        case 5 -> at += 4;
        default -> throw new IndexOutOfBoundsException();
      }
      return true;
    }

    private long readVarint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (at >= end) {
          throw new IndexOutOfBoundsException();
        }
        byte b = data[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new IndexOutOfBoundsException();
    }
  }

  /** For messages when there is neither status nor words. */
  static String describe(@Nullable CharSequence httpStatus, @Nullable CharSequence contentType) {
    return "HTTP status " + httpStatus + ", content-type " + contentType + ", no grpc-status";
  }
}
