package io.vigia.collector.otlp;

/**
 * The bytes are not what they claim to be. Carries no stack trace: hostile input must stay cheap.
 *
 * <p>Unchecked, because what lies in the disk log was validated before it got there.
 */
public final class MalformedOtlpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason a short stable word for metric labels, e.g. {@code truncated}, {@code varint}
   * @param message one line for the sender
   */
  public MalformedOtlpException(String reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** A short stable word for metric labels. */
  public String reason() {
    return reason;
  }
}
