package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What an operator can do to the dead letters of a collector. */
public interface DeadLetterAdmin {
  /**
   * Which letters are meant.
   *
   * @param signal null for all
   * @param reason null for all
   */
  record Filter(@Nullable Signal signal, @Nullable String reason) {
    public static final Filter ALL = new Filter(null, null);

    boolean matches(Signal ofSignal, String ofReason) {
      return (signal == null || signal == ofSignal) && (reason == null || reason.equals(ofReason));
    }
  }

  /** One line per destination and signal that has any, also of those no longer configured. */
  List<DeadLetterLine> list() throws IOException;

  /**
   * Shows letters, the oldest first.
   *
   * @param destination null for all
   * @param more gets each letter until it says false; its payload is valid during the call only
   * @throws IllegalArgumentException in one line: no such destination
   */
  void show(@Nullable String destination, Filter filter, Predicate<DeadLetter> more)
      throws IOException;

  /**
   * Gives letters to their destination again. In its ledger they count as accepted once more.
   *
   * @return how many items
   * @throws IllegalArgumentException in one line: no such destination
   */
  long retry(String destination, Filter filter) throws IOException;

  /** Throws letters away, counted as {@code dropped}; says how many items. */
  long drop(String destination, Filter filter) throws IOException;
}
