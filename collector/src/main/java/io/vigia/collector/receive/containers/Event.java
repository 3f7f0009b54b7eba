package io.vigia.collector.receive.containers;

/**
 * One event, lent for the time of a call.
 *
 * @param timeUnixNanos of its first line, or 0 when it is not known
 * @param cut whether it was longer than allowed; the rest is left out
 */
record Event(
    long timeUnixNanos, boolean stderr, byte[] array, int offset, int length, boolean cut) {
  /** Takes events, in the order of their stream. */
  interface Sink {
    void event(Event event);
  }
}
