package io.vigia.demo.classifier.web;

/** A request that cannot be served as it is, with what to tell the client. */
final class RefusedException extends Exception {
  private final int status;
  private final String reason;
  private final String text;

  /**
   * @param status the HTTP status, 4xx
   * @param reason for the metric's label
   */
  RefusedException(int status, String reason, String text) {
    super(text);
    this.status = status;
    this.reason = reason;
    this.text = text;
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }

  String text() {
    return text;
  }
}
