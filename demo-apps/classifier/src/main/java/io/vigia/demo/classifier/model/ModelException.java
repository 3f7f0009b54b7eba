package io.vigia.demo.classifier.model;

/** A model or label file that cannot be used; the message names the file and the remedy. */
public final class ModelException extends Exception {
  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
