package io.vigia.collector.net;

/** Thrown by a handler to answer with a status and one line of text. Carries no stack trace. */
public final class HttpStatusException extends Exception {
  private static final long serialVersionUID = 1L;
  private final int status;

  /**
   * @param status HTTP status code, 400 to 599
   * @param message shown to the client, one line, no secrets
   */
  public HttpStatusException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  public int status() {
    return status;
  }

  /** The line shown to the client; never null. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? "" : message;
  }
}
