package io.vigia.demo.guestbook;

/** What the visitor sent cannot be taken; the message is for them. */
final class RefusedException extends RuntimeException {
  private final int status;

  /**
   * @param status the HTTP status to answer, 4xx
   */
  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
