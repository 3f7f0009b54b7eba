package io.vigia.collector.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The dead letters of a directory that no collector uses. */
final class IdleDeadLetters implements DeadLetterAdmin {
  private final CursorFiles files;

  IdleDeadLetters(CursorFiles files) {
    this.files = files;
  }

  @Override
  public List<DeadLetterLine> list() throws IOException {
    List<DeadLetterLine> lines = new ArrayList<>();
    for (String name : files.names()) {
      try (DeadLetters letters = files.deadLetters(name)) {
        lines.addAll(DeadLetterFiles.lines(name, letters));
      }
    }
    return lines;
  }

  @Override
  public void show(@Nullable String destination, Filter filter, Predicate<DeadLetter> more)
      throws IOException {
    for (String name : CursorAdmin.named(destination, files)) {
      try (DeadLetters letters = files.deadLetters(name)) {
        if (!DeadLetterFiles.show(name, letters, filter, more)) {
          return;
        }
      }
    }
  }

  @Override
  public long retry(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    return DeadLetterFiles.retry(destination, files, filter);
  }

  @Override
  public long drop(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    try (DeadLetters letters = files.deadLetters(destination)) {
      return DeadLetterFiles.drop(letters, filter);
    }
  }
}
