package io.vigia.collector.disklog;

import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Why a record is in a side log (dead letters, retries), and where it came from.
 *
 * @param origin its id in the main log, under which exporters know it
 * @param originItems how many items its payload holds
 * @param wanted which of them this is about, or null for all
 * @param reason a short stable word
 * @param detail the backend's own words, one line
 * @param unixNanos when it came here; 0 when an earlier version wrote it
 */
public record SideNote(
    RecordId origin,
    Signal signal,
    int originItems,
    @Nullable BitSet wanted,
    String reason,
    String detail,
    long unixNanos) {
  /** How many items this is about. */
  public int items() {
    return wanted == null ? originItems : wanted.cardinality();
  }
}
