package io.vigia.collector.disklog;

import io.vigia.collector.core.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a reader meets next: a record, or a stretch that cannot be read any more.
 *
 * @param from where it begins
 * @param to where the next one begins
 * @param record the record, or null for a damaged or missing stretch
 * @param damage why it cannot be read ({@code checksum}, {@code header}, {@code missing}, {@code
 *     torn}), or null for a record
 * @param note for a record of a side log
 * @param lender of the payload's memory, if it wants it back: to be run once
 */
public record LogEntry(
    LogPosition from,
    LogPosition to,
    @Nullable LogRecord record,
    @Nullable String damage,
    @Nullable SideNote note,
    @Nullable Runnable lender) {
  /** Items between the two positions. */
  public long items() {
    return to.items() - from.items();
  }

  /**
   * Lets the reader use the payload's memory again. For the reader's thread, at most once, when
   * nobody looks at the payload any more. Need not be called: then the memory is garbage in time.
   */
  public void giveBack() {
    if (lender != null) {
      lender.run();
    }
  }
}
