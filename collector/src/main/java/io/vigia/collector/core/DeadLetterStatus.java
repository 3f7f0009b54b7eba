package io.vigia.collector.core;

import java.util.Map;

/**
 * What one destination refused for good and is kept on disk, read at one moment. (In the ledger,
 * {@link DestinationStatus}, these items are dropped; given again they count as accepted anew.)
 *
 * @param items kept now
 * @param bytes of their files
 * @param removed items that were here once, by what became of them: {@code retried}, {@code
 *     dropped} by command, {@code size} beyond the limit, or a kind of damage
 */
public record DeadLetterStatus(
    String destination, long items, long bytes, Map<String, Long> removed) {
  public DeadLetterStatus {
    removed = Map.copyOf(removed);
  }

  /** The same under another name. */
  public DeadLetterStatus withDestination(String name) {
    return new DeadLetterStatus(name, items, bytes, removed);
  }
}
