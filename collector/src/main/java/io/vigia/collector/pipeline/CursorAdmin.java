package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.StateDirectory;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operator can do to the cursors of a collector. */
public interface CursorAdmin {
  /** Every destination that has a cursor, also those that are no longer configured. */
  List<CursorLine> list() throws IOException;

  /**
   * Delivers again from a place on. In the ledger it counts as accepted once more.
   *
   * @param signal null for all that the destination takes
   * @return where the destination stands now
   * @throws IllegalArgumentException in one line: no such destination, no such place
   */
  List<CursorLine> rewind(String destination, @Nullable Signal signal, Place to) throws IOException;

  /** Gives up what lies before a place: dropped, with the reason {@code skipped}. */
  List<CursorLine> skip(String destination, @Nullable Signal signal, Place to) throws IOException;

  /**
   * Removes cursors, retries and dead letters of a destination that is gone for good.
   *
   * @throws IllegalArgumentException when it still is delivered to
   */
  void forget(String destination) throws IOException;

  /**
   * For a directory that no collector uses: takes its lock.
   *
   * @throws IOException in one line, such as that a collector uses it
   */
  static Offline open(Path directory) throws IOException {
    return new Offline(directory);
  }

  /** See {@link CursorAdmin#open}. */
  final class Offline implements CursorAdmin, Closeable {
    private final StateDirectory state;
    private final Map<Signal, DiskLog> logs = new EnumMap<>(Signal.class);
    private final CursorFiles files;

    private Offline(Path directory) throws IOException {
      Storage storage = Storage.os();
      if (!storage.exists(directory.resolve("format"))) {
        throw new IOException(directory + " holds no log of a collector");
      }
      state = StateDirectory.open(storage, directory);
      files = new CursorFiles(storage, directory, logs);
      try {
        for (Signal signal : Signal.values()) {
          Path path = directory.resolve("log").resolve(signal.id());
          if (storage.exists(path)) {
            DiskLog log = DiskLog.builder(signal, path).build();
            log.start();
            logs.put(signal, log);
          }
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public List<CursorLine> list() throws IOException {
      List<CursorLine> lines = new ArrayList<>();
      for (String name : files.names()) {
        lines.addAll(files.lines(name));
      }
      return lines;
    }

    @Override
    public List<CursorLine> rewind(String destination, @Nullable Signal signal, Place to)
        throws IOException {
      known(destination, files);
      files.rewind(destination, signal, to);
      return files.lines(destination);
    }

    @Override
    public List<CursorLine> skip(String destination, @Nullable Signal signal, Place to)
        throws IOException {
      known(destination, files);
      files.skip(destination, signal, to);
      return files.lines(destination);
    }

    @Override
    public void forget(String destination) throws IOException {
      known(destination, files);
      files.forget(destination);
    }

    /** The dead letters of the same directory; not to be used after {@link #close}. */
    public DeadLetterAdmin deadLetters() {
      return DeadLetterCommands.idle(files);
    }

    @Override
    public void close() throws IOException {
      logs.values().forEach(DiskLog::close);
      state.close();
    }
  }

  /** The one that is meant, or all. */
  static List<String> named(@Nullable String destination, CursorFiles files) throws IOException {
    if (destination == null) {
      return files.names();
    }
    known(destination, files);
    return List.of(destination);
  }

  /** Refuses a destination that has never been here. */
  static void known(String destination, CursorFiles files) throws IOException {
    List<String> names = files.names();
    if (!names.contains(destination)) {
      throw new IllegalArgumentException(
          "there is no destination '"
              + destination
              + "'; there are: "
              + (names.isEmpty() ? "none" : String.join(", ", names)));
    }
  }
}
