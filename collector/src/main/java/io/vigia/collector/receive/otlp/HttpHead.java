package io.vigia.collector.receive.otlp;

import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the head of an OTLP/HTTP request says.
 *
 * @param signal null when the request is refused
 * @param json whether the body is JSON, and so the answer
 * @param encoding how the body is compressed
 * @param refusal the answer when it is refused before its body is read
 */
record HttpHead(@Nullable Signal signal, boolean json, Encoding encoding, Answer refusal) {
  static HttpHead read(
      @Nullable CharSequence method,
      @Nullable CharSequence path,
      @Nullable CharSequence contentType,
      @Nullable CharSequence contentEncoding) {
    String type = mediaType(contentType);
    boolean json = !type.equals("application/x-protobuf");
    Signal signal = path == null ? null : Routes.http(path.toString());
    if (signal == null) {
      return refused(
          json,
          Kind.NO_SUCH_METHOD,
          "no such path; OTLP/HTTP is POST /v1/traces, /v1/metrics, /v1/logs");
    }
    if (method == null || !"POST".contentEquals(method)) {
      return refused(json, Kind.WRONG_METHOD, "only POST");
    }
    if (json && !type.equals("application/json")) {
      return refused(
          true, Kind.WRONG_TYPE, "content-type must be application/x-protobuf or application/json");
    }
    Encoding encoding = Encoding.of(contentEncoding);
    if (encoding == null) {
      return refused(
          json, Kind.WRONG_ENCODING, "content-encoding must be one of " + Encoding.ACCEPTED);
    }
    return new HttpHead(signal, json, encoding, Answer.OK);
  }

  /** The same head, refused. */
  HttpHead refused(Answer answer) {
    return new HttpHead(null, json, Encoding.IDENTITY, answer);
  }

  private static HttpHead refused(boolean json, Kind kind, String message) {
    return new HttpHead(null, json, Encoding.IDENTITY, Answer.of(kind, message));
  }

  private static String mediaType(@Nullable CharSequence contentType) {
    if (contentType == null) {
      return "";
    }
    String type = contentType.toString();
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
  }
}
