package io.vigia.collector.receive.forward;

/** The bytes are not MessagePack, or not the forward protocol. Carries no stack trace. */
public final class MalformedForwardException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason a short stable word for metric labels
   */
  MalformedForwardException(String reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
