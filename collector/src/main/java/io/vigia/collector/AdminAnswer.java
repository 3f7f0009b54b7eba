package io.vigia.collector;

import io.vigia.collector.pipeline.CursorLine;
import io.vigia.collector.pipeline.DeadLetterLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator's command is answered.
 *
 * @param error in one line, or null
 * @param asked whether the error is in what was asked for
 * @param items how many were retried or dropped
 */
record AdminAnswer(
    @Nullable String error,
    boolean asked,
    List<CursorLine> cursors,
    List<DeadLetterLine> deadLetters,
    List<ShownLetter> letters,
    long items) {
  static AdminAnswer error(String error, boolean asked) {
    return new AdminAnswer(error, asked, List.of(), List.of(), List.of(), 0);
  }

  static AdminAnswer cursors(List<CursorLine> cursors) {
    return new AdminAnswer(null, false, cursors, List.of(), List.of(), 0);
  }

  static AdminAnswer deadLetters(List<DeadLetterLine> lines, long items) {
    return new AdminAnswer(null, false, List.of(), lines, List.of(), items);
  }

  static AdminAnswer letters(List<ShownLetter> letters) {
    return new AdminAnswer(null, false, List.of(), List.of(), letters, 0);
  }
}
