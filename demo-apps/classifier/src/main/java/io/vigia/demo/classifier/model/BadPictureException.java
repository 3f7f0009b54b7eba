package io.vigia.demo.classifier.model;

/** What was sent cannot be classified; the message tells the sender why. */
public final class BadPictureException extends Exception {

  /** Why, as the metric's label says it. */
  public enum Reason {
    EMPTY,
    NO_PICTURE,
    DAMAGED,
    TOO_MANY_PIXELS
  }

  private final Reason reason;

  public BadPictureException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
