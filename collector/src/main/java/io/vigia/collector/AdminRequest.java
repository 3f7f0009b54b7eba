package io.vigia.collector;

import io.vigia.collector.core.Signal;
import io.vigia.collector.pipeline.CursorAdmin;
import io.vigia.collector.pipeline.CursorLine;
import io.vigia.collector.pipeline.DeadLetterAdmin;
import io.vigia.collector.pipeline.Place;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an operator's command asks for; absent parts are null.
 *
 * @param command such as {@code cursor list}
 * @param limit of {@code deadletters show}: so many letters at most
 */
record AdminRequest(
    String command,
    @Nullable String destination,
    @Nullable String signal,
    @Nullable String place,
    @Nullable String reason,
    int limit) {

  /** What it is asked of. */
  record Target(CursorAdmin cursors, DeadLetterAdmin deadLetters) {}

  /**
   * Does it.
   *
   * @throws IllegalArgumentException when what is asked for cannot be
   */
  AdminAnswer run(Target target) throws IOException {
    Signal only = signal == null ? null : Signal.valueOf(signal.toUpperCase(Locale.ROOT));
    return command.startsWith("cursor ")
        ? AdminAnswer.cursors(cursor(target.cursors, only))
        : letters(target.deadLetters, new DeadLetterAdmin.Filter(only, reason));
  }

  private String name() {
    return destination == null ? "" : destination;
  }

  private List<CursorLine> cursor(CursorAdmin cursors, @Nullable Signal only) throws IOException {
    Place to = Place.parse(place == null ? "end" : place);
    return switch (command) {
      case "cursor list" -> cursors.list();
      case "cursor rewind" -> cursors.rewind(name(), only, to);
      case "cursor skip" -> cursors.skip(name(), only, to);
      case "cursor forget" -> {
        cursors.forget(name());
        yield cursors.list();
      }
      default -> throw new IllegalArgumentException("no command " + command);
    };
  }

  private AdminAnswer letters(DeadLetterAdmin letters, DeadLetterAdmin.Filter filter)
      throws IOException {
    return switch (command) {
      case "deadletters list" -> AdminAnswer.deadLetters(letters.list(), 0);
      case "deadletters show" ->
          AdminAnswer.letters(ShownLetter.of(letters, destination, filter, limit));
      case "deadletters retry" -> {
        long items = letters.retry(name(), filter);
        yield AdminAnswer.deadLetters(letters.list(), items);
      }
      case "deadletters drop" -> {
        long items = letters.drop(name(), filter);
        yield AdminAnswer.deadLetters(letters.list(), items);
      }
      default -> throw new IllegalArgumentException("no command " + command);
    };
  }
}
