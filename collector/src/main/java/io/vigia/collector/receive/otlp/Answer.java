package io.vigia.collector.receive.otlp;

/**
 * What became of a request, before it is put into the words of a protocol.
 *
 * @param message one line for the sender; empty when {@code OK}
 * @param retryAfterMillis for {@code OVERLOADED}; otherwise 0
 */
record Answer(Kind kind, String message, long retryAfterMillis) {
  /** The kinds, with their numbers in both protocols. Source: google/rpc/code.proto. */
  enum Kind {
    OK(200, 0),
    /** Not what it claims to be. */
    MALFORMED(400, 3),
    /** Understood, and refused for good. */
    REJECTED(400, 3),
    TOO_LARGE(413, 8),
    /** Come again later. */
    OVERLOADED(503, 8),
    /** The sender's own deadline is over. */
    LATE(503, 4),
    UNAUTHENTICATED(401, 16),
    NO_SUCH_METHOD(404, 12),
    WRONG_METHOD(405, 12),
    WRONG_ENCODING(415, 12),
    WRONG_TYPE(415, 12),
    /** The framing is broken. */
    BROKEN(400, 13);

    final int httpStatus;
    final int grpcStatus;

    Kind(int httpStatus, int grpcStatus) {
      this.httpStatus = httpStatus;
      this.grpcStatus = grpcStatus;
    }
  }

  static final Answer OK = new Answer(Kind.OK, "", 0);

  static Answer of(Kind kind, String message) {
    return new Answer(kind, message, 0);
  }

  static Answer overloaded(String message, long retryAfterMillis) {
    return new Answer(Kind.OVERLOADED, message, Math.max(1, retryAfterMillis));
  }
}
