package io.vigia.collector.core;

import java.io.IOException;

/**
 * A part with a life. Constructors do no I/O: {@link #start} does.
 *
 * <p>Started once, closed any number of times.
 */
public interface Component extends AutoCloseable {
  /**
   * Binds, opens, launches. A component that talks to a remote party does <em>not</em> fail here
   * because the party is down; it retries in the background or at first use.
   *
   * @throws IOException when the component cannot work on this machine as configured (port in use,
   *     directory not writable); the message names the thing and the remedy in one line
   */
  void start() throws IOException;

  /** Stops and frees everything within a bounded time (5 s at most). Idempotent, never throws. */
  @Override
  void close();
}
