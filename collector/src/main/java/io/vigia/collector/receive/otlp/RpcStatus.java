package io.vigia.collector.receive.otlp;

import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.nio.charset.StandardCharsets;

/**
 * {@code google.rpc.Status} as protobuf and JSON, with {@code RetryInfo} when the sender may come
 * again. Sources: google/rpc/status.proto, error_details.proto,
 * google/protobuf/{any,duration}.proto.
 */
final class RpcStatus {
  private static final int CODE = 1 << 3 | ProtoReader.VARINT;
  private static final int MESSAGE = 2 << 3 | ProtoReader.LEN;
  private static final int DETAILS = 3 << 3 | ProtoReader.LEN;
  private static final int ANY_TYPE_URL = 1 << 3 | ProtoReader.LEN;
  private static final int ANY_VALUE = 2 << 3 | ProtoReader.LEN;
  private static final int RETRY_DELAY = 1 << 3 | ProtoReader.LEN;
  private static final int SECONDS = 1 << 3 | ProtoReader.VARINT;
  private static final int NANOS = 2 << 3 | ProtoReader.VARINT;
  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

  private RpcStatus() {}

  static byte[] protobuf(Answer answer) {
    ProtoWriter out = new ProtoWriter(128);
    out.varint(CODE, answer.kind().grpcStatus);
    out.string(MESSAGE, answer.message());
    if (answer.retryAfterMillis() > 0) {
      int any = out.begin(DETAILS);
      out.string(ANY_TYPE_URL, RETRY_INFO);
      int info = out.begin(ANY_VALUE);
      int delay = out.begin(RETRY_DELAY);
      out.varint(SECONDS, answer.retryAfterMillis() / 1000);
      out.varint(NANOS, answer.retryAfterMillis() % 1000 * 1_000_000);
      out.end(delay);
      out.end(info);
      out.end(any);
    }
    return out.toByteArray();
  }

  static byte[] json(Answer answer) {
    StringBuilder json = new StringBuilder(96);
    json.append("{\"code\":").append(answer.kind().grpcStatus).append(",\"message\":\"");
    for (int i = 0; i < answer.message().length(); i++) {
      char c = answer.message().charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(' ');
      } else {
        json.append(c);
      }
    }
    json.append('"');
    if (answer.retryAfterMillis() > 0) {
      json.append(",\"details\":[{\"@type\":\"").append(RETRY_INFO);
      json.append("\",\"retryDelay\":\"")
          .append(answer.retryAfterMillis() / 1000.0)
          .append("s\"}]");
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Percent-encodes a message for the {@code grpc-message} header. */
  static String grpcMessage(String message) {
    StringBuilder encoded = new StringBuilder(message.length() + 8);
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0x20 && b <= 0x7e && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(String.format("%02X", b));
      }
    }
    return encoded.toString();
  }
}
