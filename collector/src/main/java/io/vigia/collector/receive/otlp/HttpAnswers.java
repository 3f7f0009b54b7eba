package io.vigia.collector.receive.otlp;

import io.vigia.collector.receive.otlp.Answer.Kind;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** OTLP/HTTP answers. Source: OTLP Specification, "OTLP/HTTP Response". */
final class HttpAnswers {
  private static final byte[] EMPTY_JSON = "{}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EMPTY_PROTOBUF = {};

  private HttpAnswers() {}

  static String contentType(boolean json) {
    return json ? "application/json" : "application/x-protobuf";
  }

  /** An {@code Export…ServiceResponse} without fields, or a {@code google.rpc.Status}. */
  static byte[] body(Answer answer, boolean json) {
    if (answer.kind() == Kind.OK) {
      return json ? EMPTY_JSON : EMPTY_PROTOBUF;
    }
    return json ? RpcStatus.json(answer) : RpcStatus.protobuf(answer);
  }

  static void extraHeaders(Answer answer, BiConsumer<String, String> headers) {
    if (answer.retryAfterMillis() > 0) {
      headers.accept("retry-after", Long.toString((answer.retryAfterMillis() + 999) / 1000));
    }
    if (answer.kind() == Kind.UNAUTHENTICATED) {
      headers.accept("www-authenticate", "Bearer");
    }
    if (answer.kind() == Kind.WRONG_METHOD) {
      headers.accept("allow", "POST");
    }
    if (answer.kind() == Kind.WRONG_ENCODING) {
      headers.accept("accept-encoding", Encoding.ACCEPTED); // RFC 9110, section 12.5.3
    }
  }
}
