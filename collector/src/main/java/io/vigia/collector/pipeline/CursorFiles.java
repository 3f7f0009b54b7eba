package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator does to cursors that nobody delivers from at the moment. Whoever makes one holds
 * the directory's lock, and the logs are open.
 */
final class CursorFiles {
  private static final Logger LOG = LoggerFactory.getLogger(CursorFiles.class);
  private static final String SUFFIX = ".cursor";

  private final Storage storage;
  private final Path destinations;
  private final Map<Signal, DiskLog> logs;

  CursorFiles(Storage storage, Path directory, Map<Signal, DiskLog> logs) {
    this.storage = storage;
    this.destinations = directory.resolve("destinations");
    this.logs = logs;
  }

  /** Destinations that have been here. */
  List<String> names() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (Path directory : storage.list(destinations)) {
      if (!signals(directory.getFileName().toString(), null).isEmpty()) {
        names.add(directory.getFileName().toString());
      }
    }
    return List.copyOf(names);
  }

  List<CursorLine> lines(String destination) throws IOException {
    List<CursorLine> lines = new ArrayList<>();
    for (Signal signal : signals(destination, null)) {
      DiskLog log = logs.get(signal);
      if (log != null) {
        try (Cursor cursor = open(destination, log);
            RetryLog retryLog = retryLog(destination, signal)) {
          retryLog.openIfPresent(cursor, log);
          lines.add(line(destination, log, cursor, retryLog));
        }
      }
    }
    return lines;
  }

  private static CursorLine line(
      String destination, DiskLog log, Cursor cursor, RetryLog retryLog) {
    LogPosition end = log.end();
    Ledgers ledgers = retryLog.ledgers(cursor, end);
    Cursor.Ledger ledger = ledgers.main();
    Cursor.Ledger putOff = ledgers.retry();
    long pending = ledger.pending() + (putOff == null ? 0 : putOff.pending());
    return new CursorLine(
        destination,
        log.signal(),
        /* active= */ false,
        /* paused= */ false,
        cursor.lowWater().sequence(),
        log.oldest().sequence(),
        end.sequence(),
        pending,
        ledger.pendingBytes() + (putOff == null ? 0 : putOff.pendingBytes()),
        pending == 0 ? 0 : Ledgers.oldestPendingUnixNanos(log, cursor, retryLog));
  }

  /** A log was opened: also the cursors of destinations that nobody configured are to be in it. */
  void keepWithin(DiskLog log) throws IOException {
    for (Path directory : storage.list(destinations)) {
      Path file = directory.resolve(log.signal().id() + SUFFIX);
      try {
        if (storage.exists(file)) {
          Cursor.keepWithin(storage, file, log);
        }
      } catch (IOException e) { // it fails who delivers from it, and nobody else
        LOG.warn("{} cannot be read: {}", file, e.toString());
      }
    }
  }

  /** Goes back to a place; what is behind it is delivered again. */
  void rewind(String destination, @Nullable Signal only, Place place) throws IOException {
    for (Target target : targets(destination, only, place)) {
      try (Cursor cursor = open(destination, target.log)) {
        markSent(destination, target.log);
        cursor.rewind(target.to);
        cursor.save();
      }
    }
  }

  private void markSent(String destination, DiskLog log) throws IOException {
    Path file = destinations.resolve(destination).resolve(log.signal().id() + ".attempts");
    CrashGuard.open(storage, file).close(log.end().sequence());
  }

  /** Gives up what lies before a place, also what was put off for later; counted as dropped. */
  void skip(String destination, @Nullable Signal only, Place place) throws IOException {
    for (Target target : targets(destination, only, place)) {
      try (Cursor cursor = open(destination, target.log);
          RetryLog retryLog = retryLog(destination, target.log.signal())) {
        retryLog.openIfPresent(cursor, target.log);
        retryLog.dropBefore(target.to.sequence(), "skipped");
        cursor.drop(cursor.lowWater(), target.to, "skipped");
        cursor.save();
      }
    }
  }

  private record Target(DiskLog log, LogPosition to) {}

  /** All places first: one that is not in its log must leave every cursor as it is. */
  private List<Target> targets(String destination, @Nullable Signal only, Place place)
      throws IOException {
    List<Target> targets = new ArrayList<>();
    Instant now = Instant.now();
    for (Signal signal : signals(destination, only)) {
      DiskLog log = logs.get(signal);
      if (log == null) {
        throw new IOException("there is no " + signal.id() + " log");
      }
      targets.add(new Target(log, place.in(log, now)));
    }
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("'" + destination + "' takes no " + only);
    }
    return targets;
  }

  /** Removes all that is kept for a destination: cursors, retries, dead letters. */
  void forget(String destination) throws IOException {
    delete(destinations.resolve(destination));
    storage.syncDirectory(destinations);
  }

  private void delete(Path path) throws IOException {
    for (Path inside : storage.list(path)) {
      delete(inside);
    }
    storage.delete(path);
  }

  private List<Signal> signals(String destination, @Nullable Signal only) throws IOException {
    List<Signal> signals = new ArrayList<>();
    for (Signal signal : Signal.values()) {
      Path file = destinations.resolve(destination).resolve(signal.id() + SUFFIX);
      if ((only == null || only == signal) && storage.exists(file)) {
        signals.add(signal);
      }
    }
    return signals;
  }

  RetryLog retryLog(String destination, Signal signal) {
    Path directory = destinations.resolve(destination).resolve(signal.id() + "-retries");
    return new RetryLog(storage, directory, new Backoff(1, 1));
  }

  /** Those of a destination to which nothing is delivered now; opened if there are any. */
  DeadLetters deadLetters(String destination) throws IOException {
    Path directory = destinations.resolve(destination).resolve("dead-letters");
    DeadLetters letters = new DeadLetters(destination, storage, directory, Long.MAX_VALUE);
    letters.openIfPresent();
    return letters;
  }

  private Cursor open(String destination, DiskLog log) throws IOException {
    Path file = destinations.resolve(destination).resolve(log.signal().id() + SUFFIX);
    Cursor cursor = Cursor.open(storage, file, log);
    if (cursor.mayRepeat()) { // nobody would see it any more
      try {
        markSent(destination, log);
      } catch (IOException e) {
        cursor.close();
        throw e;
      }
    }
    return cursor;
  }
}
