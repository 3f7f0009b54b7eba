package io.vigia.demo;

/** The demo cannot go on; the message says why and what to do. */
final class DemoException extends Exception {
  DemoException(String message) {
    super(message);
  }
}
