package io.vigia.collector.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of a running pipeline: looked at and dropped while it delivers; a destination is
 * paused while it is given some of them again.
 */
final class LiveDeadLetters implements DeadLetterAdmin {
  private final Pipeline pipeline;
  private final CursorFiles files;

  LiveDeadLetters(Pipeline pipeline, CursorFiles files) {
    this.pipeline = pipeline;
    this.files = files;
  }

  /** What is done with the dead letters of one destination. */
  private interface Use<T> {
    T with(DeadLetters letters) throws IOException;
  }

  private <T> T use(String destination, Use<T> use) throws IOException {
    List<T> result = new ArrayList<>(1);
    pipeline.<IOException>holding(
        () -> {
          DeadLetters running = pipeline.deadLettersOf(destination);
          if (running != null) {
            result.add(use.with(running));
            return;
          }
          try (DeadLetters idle = files.deadLetters(destination)) {
            result.add(use.with(idle));
          }
        });
    return result.get(0);
  }

  @Override
  public List<DeadLetterLine> list() throws IOException {
    List<DeadLetterLine> lines = new ArrayList<>();
    for (String name : files.names()) {
      lines.addAll(use(name, letters -> DeadLetterFiles.lines(name, letters)));
    }
    return lines;
  }

  @Override
  public void show(@Nullable String destination, Filter filter, Predicate<DeadLetter> more)
      throws IOException {
    for (String name : CursorAdmin.named(destination, files)) {
      if (!use(name, letters -> DeadLetterFiles.show(name, letters, filter, more))) {
        return;
      }
    }
  }

  @Override
  public long retry(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    long[] items = {0};
    pipeline.<IOException>pausing(
        destination, () -> items[0] = DeadLetterFiles.retry(destination, files, filter));
    return items[0];
  }

  @Override
  public long drop(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    return use(destination, letters -> DeadLetterFiles.drop(letters, filter));
  }
}
