package io.vigia.collector.pipeline;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cursors of a running pipeline: a destination is paused while its own are changed. */
final class LiveCursors implements CursorAdmin {
  private final Pipeline pipeline;
  private final List<Dispatcher> dispatchers;
  private final CursorFiles files;

  LiveCursors(Pipeline pipeline, List<Dispatcher> dispatchers, CursorFiles files) {
    this.pipeline = pipeline;
    this.dispatchers = dispatchers;
    this.files = files;
  }

  @Override
  public List<CursorLine> list() throws IOException {
    List<CursorLine> lines = new ArrayList<>();
    for (String name : files.names()) {
      lines.addAll(lines(name));
    }
    return lines;
  }

  /** Holding: files of a destination that is only gone for a moment are not to be opened twice. */
  private List<CursorLine> lines(String destination) throws IOException {
    List<CursorLine> lines = new ArrayList<>();
    pipeline.<IOException>holding(() -> lines.addAll(linesNow(destination)));
    return lines;
  }

  private List<CursorLine> linesNow(String destination) throws IOException {
    List<CursorLine> lines = new ArrayList<>();
    for (Dispatcher dispatcher : dispatchers) {
      if (dispatcher.name().equals(destination)) {
        lines.add(line(dispatcher));
      }
    }
    lines.sort(Comparator.comparing(CursorLine::signal));
    return !lines.isEmpty()
        ? lines
        : pipeline.deliversTo(destination) ? pausedLines(destination) : files.lines(destination);
  }

  /** As its files say, or as it stood before, when they cannot be opened (the disk is full). */
  private List<CursorLine> pausedLines(String destination) {
    try {
      return files.lines(destination).stream().map(CursorLine::asPaused).toList();
    } catch (IOException e) {
      return pipeline.paused(destination).stream().map(was -> line(was).asPaused()).toList();
    }
  }

  /** With what was put off for later, which has a log of its own. */
  private static CursorLine line(Dispatcher dispatcher) {
    DestinationStatus status = dispatcher.status();
    return new CursorLine(
        status.destination(),
        status.signal(),
        /* active= */ true,
        /* paused= */ false,
        dispatcher.cursor().lowWater().sequence(),
        dispatcher.log().oldest().sequence(),
        dispatcher.log().end().sequence(),
        status.pending(),
        status.pendingBytes(),
        status.oldestPendingUnixNanos());
  }

  @Override
  public List<CursorLine> rewind(String destination, @Nullable Signal signal, Place to)
      throws IOException {
    CursorAdmin.known(destination, files);
    pipeline.<IOException>pausing(destination, () -> files.rewind(destination, signal, to));
    return lines(destination);
  }

  @Override
  public List<CursorLine> skip(String destination, @Nullable Signal signal, Place to)
      throws IOException {
    CursorAdmin.known(destination, files);
    pipeline.<IOException>pausing(destination, () -> files.skip(destination, signal, to));
    return lines(destination);
  }

  @Override
  public void forget(String destination) throws IOException {
    CursorAdmin.known(destination, files);
    pipeline.<IOException>holding(
        () -> {
          if (pipeline.deliversTo(destination)) {
            throw new IllegalArgumentException(
                "'"
                    + destination
                    + "' is in the configuration: remove it there first, or it would begin again at"
                    + " the oldest record");
          }
          files.forget(destination);
        });
  }
}
