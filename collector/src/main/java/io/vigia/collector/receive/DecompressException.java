package io.vigia.collector.receive;

/** A compressed body that is not what it claims, or is too large. Carries no stack trace. */
public final class DecompressException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason {@code gzip}, {@code zstd}, {@code snappy}, {@code deflate}: not well-formed;
   *     {@code unsupported}: it cannot be undone on this machine; {@code size}: more than allowed;
   *     {@code ratio}: a bomb
   */
  public DecompressException(String reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
