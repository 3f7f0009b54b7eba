package io.vigia.collector.receive;

import io.vigia.collector.core.Component;

/**
 * Takes telemetry from senders. Closing is polite: what was begun is answered first.
 *
 * <p>{@link #close} implies {@link #drain}, waits a bounded time for what is unanswered, and then
 * cuts what is left.
 */
public interface Receiver extends Component {
  /**
   * No new connections, and no new requests on those that are there; each is closed as soon as all
   * that it handed in is answered (HTTP/2 says GOAWAY, HTTP/1.1 {@code Connection: close}). Returns
   * at once. Idempotent.
   */
  void drain();
}
