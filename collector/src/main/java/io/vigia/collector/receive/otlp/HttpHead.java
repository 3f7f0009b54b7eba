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
 * @param refusal the answer when it is refused before its body is read
 */
record HttpHead(@Nullable Signal signal, boolean json, boolean gzip, Answer refusal) {
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
    boolean gzip = contentEncoding != null && equalsIgnoreCase(contentEncoding, "gzip");
    if (contentEncoding != null && !gzip && !equalsIgnoreCase(contentEncoding, "identity")) {
      return refused(json, Kind.WRONG_ENCODING, "content-encoding must be gzip or identity");
    }
    return new HttpHead(signal, json, gzip, Answer.OK);
  }

  /** The same head, refused. */
  HttpHead refused(Answer answer) {
    return new HttpHead(null, json, false, answer);
  }

  private static HttpHead refused(boolean json, Kind kind, String message) {
    return new HttpHead(null, json, false, Answer.of(kind, message));
  }

  private static String mediaType(@Nullable CharSequence contentType) {
    if (contentType == null) {
      return "";
    }
    String type = contentType.toString();
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
  }

  private static boolean equalsIgnoreCase(CharSequence actual, String expected) {
    return expected.equalsIgnoreCase(actual.toString().trim());
  }
}
