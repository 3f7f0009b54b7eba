package io.vigia.collector.net;

import org.jspecify.annotations.Nullable;

/**
 * How a unary call ended.
 *
 * @param status gRPC status code (grpc/grpc doc/statuscodes.md); failures of this end are {@link
 *     #UNAVAILABLE} or {@link #DEADLINE_EXCEEDED}
 * @param message the server's words, or what went wrong here; empty when OK
 * @param body the response message, empty unless OK
 * @param retryAfterMillis from {@code google.rpc.RetryInfo} in {@code grpc-status-details-bin}, or
 *     the {@code Retry-After} of a proxy; -1 when there is none
 * @param failure set when no answer came from the server
 */
public record GrpcAnswer(
    int status,
    String message,
    byte[] body,
    long retryAfterMillis,
    @Nullable NetException failure) {
  public static final int OK = 0;
  public static final int CANCELLED = 1;
  public static final int UNKNOWN = 2;
  public static final int INVALID_ARGUMENT = 3;
  public static final int DEADLINE_EXCEEDED = 4;
  public static final int PERMISSION_DENIED = 7;
  public static final int RESOURCE_EXHAUSTED = 8;
  public static final int ABORTED = 10;
  public static final int OUT_OF_RANGE = 11;
  public static final int UNIMPLEMENTED = 12;
  public static final int INTERNAL = 13;
  public static final int UNAVAILABLE = 14;
  public static final int DATA_LOSS = 15;
  public static final int UNAUTHENTICATED = 16;

  private static final String[] NAMES = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"
  };

  static GrpcAnswer failed(NetException failure) {
    int status = failure.kind() == NetException.Kind.TIMEOUT ? DEADLINE_EXCEEDED : UNAVAILABLE;
    return new GrpcAnswer(status, String.valueOf(failure.getMessage()), new byte[0], -1, failure);
  }

  /** E.g. {@code UNAVAILABLE}. */
  public String statusName() {
    return status >= 0 && status < NAMES.length ? NAMES[status] : "status " + status;
  }
}
