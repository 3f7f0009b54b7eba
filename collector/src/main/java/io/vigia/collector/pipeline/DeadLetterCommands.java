package io.vigia.collector.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link DeadLetterAdmin} on the files, whether somebody delivers from them or not. */
final class DeadLetterCommands implements DeadLetterAdmin {
  private final CursorFiles files;
  private final Access access;

  /** How to get at the dead letters of a destination. */
  interface Access {
    <T> T with(String destination, Use<T> use) throws IOException;

    /** Runs while nothing is delivered to it. */
    void paused(String destination, Pipeline.Change<IOException> change) throws IOException;
  }

  /** What is done with the dead letters of one destination. */
  interface Use<T> {
    T with(DeadLetters letters) throws IOException;
  }

  private DeadLetterCommands(CursorFiles files, Access access) {
    this.files = files;
    this.access = access;
  }

  /** Of a directory that no collector uses. */
  static DeadLetterAdmin idle(CursorFiles files) {
    return new DeadLetterCommands(files, new Idle(files));
  }

  /** Of a running pipeline: looked at and dropped from while it delivers. */
  static DeadLetterAdmin live(Pipeline pipeline, CursorFiles files) {
    return new DeadLetterCommands(files, new Live(pipeline, new Idle(files)));
  }

  private record Idle(CursorFiles files) implements Access {
    @Override
    public <T> T with(String destination, Use<T> use) throws IOException {
      try (DeadLetters letters = files.deadLetters(destination)) {
        return use.with(letters);
      }
    }

    @Override
    public void paused(String destination, Pipeline.Change<IOException> change) throws IOException {
      change.run();
    }
  }

  private record Live(Pipeline pipeline, Idle idle) implements Access {
    @Override
    public <T> T with(String destination, Use<T> use) throws IOException {
      List<T> result = new ArrayList<>(1);
      pipeline.<IOException>holding(
          () -> {
            DeadLetters running = pipeline.deadLettersOf(destination);
            result.add(running == null ? idle.with(destination, use) : use.with(running));
          });
      return result.get(0);
    }

    @Override
    public void paused(String destination, Pipeline.Change<IOException> change) throws IOException {
      pipeline.pausing(destination, change);
    }
  }

  @Override
  public List<DeadLetterLine> list() throws IOException {
    List<DeadLetterLine> lines = new ArrayList<>();
    for (String name : files.names()) {
      lines.addAll(access.with(name, letters -> DeadLetterFiles.lines(name, letters)));
    }
    return lines;
  }

  @Override
  public void show(@Nullable String destination, Filter filter, Predicate<DeadLetter> more)
      throws IOException {
    for (String name : CursorAdmin.named(destination, files)) {
      if (!access.with(name, letters -> DeadLetterFiles.show(name, letters, filter, more))) {
        return;
      }
    }
  }

  @Override
  public long retry(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    long[] items = {0};
    access.paused(destination, () -> items[0] = DeadLetterFiles.retry(destination, files, filter));
    return items[0];
  }

  @Override
  public long drop(String destination, Filter filter) throws IOException {
    CursorAdmin.known(destination, files);
    return access.with(destination, letters -> DeadLetterFiles.drop(letters, filter));
  }
}
