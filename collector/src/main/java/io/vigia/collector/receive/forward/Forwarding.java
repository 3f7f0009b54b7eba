package io.vigia.collector.receive.forward;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.receive.IntakeBudget;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a receiver share.
 *
 * @param maxMessageBytes of one message as it arrives
 * @param maxChunkBytes of one decompressed chunk
 * @param stallTimeoutMillis how long a message may arrive without progress
 * @param security null when everybody may send
 */
record Forwarding(
    Intake intake,
    CollectorMetrics metrics,
    IntakeBudget budget,
    int maxMessageBytes,
    int maxChunkBytes,
    long stallTimeoutMillis,
    @Nullable ForwardSecurity security,
    AtomicBoolean warned) {
  private static final Logger log = LoggerFactory.getLogger(ForwardReceiver.class);

  /** Counts it; the first one is logged in full. */
  void malformed(MalformedForwardException why, String peer) {
    count("closed the connection of", why, peer);
  }

  /** The end of a chunk, of which what comes before was taken. */
  void leftOut(MalformedForwardException why, String peer) {
    count("left out the end of a broken chunk of", why, peer);
  }

  private void count(String what, MalformedForwardException why, String peer) {
    metrics.malformed(ForwardReceiver.NAME, why.reason());
    if (warned.compareAndSet(false, true)) {
      log.warn("forward: {} {}: {} (further ones are only counted)", what, peer, why.getMessage());
    }
  }
}
