package io.vigia.collector.pipeline;

import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is delivered to: for each destination its files, and a {@link Dispatcher} per signal. Read by
 * any thread; changed by one at a time, which is up to the pipeline.
 */
final class Deliveries {
  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
  private static final long REMOVE_GRACE_MILLIS = 1_000;

  private final Storage storage;
  private final Path directory;
  private final SignalLogs logs;
  private final CollectorMetrics metrics;
  private final AgeClock clock;
  private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();
  private final Map<String, List<Closeable>> opened = new HashMap<>();
  private final Map<String, DeadLetters> deadLetters = new ConcurrentHashMap<>();
  private final Map<String, Destination> active = new ConcurrentHashMap<>();

  /** Removed for a moment, and to be added again. */
  private final Map<String, Paused> paused = new ConcurrentHashMap<>();

  /** Of those, which somebody else has to add. */
  private final Set<String> held = ConcurrentHashMap.newKeySet();

  /** Held where dispatchers begin, and where it is said that none begins any more. */
  private final Object beginning = new Object();

  private boolean ending;
  private final Object saving = new Object();

  /** Removed in the change that is under way, as they were. */
  private final Map<String, Paused> removed = new ConcurrentHashMap<>();

  /**
   * @param dispatchers that have ended, and still know how they stood
   */
  private record Paused(
      Destination destination, List<Dispatcher> dispatchers, List<DeadLetterStatus> letters) {}

  /** Of those, which cannot be added; said once, for they are tried several times a second. */
  private final Set<String> stuck = ConcurrentHashMap.newKeySet();

  /**
   * @param directory in which each destination has one of its name
   */
  Deliveries(
      Storage storage, Path directory, SignalLogs logs, CollectorMetrics metrics, AgeClock clock) {
    this.storage = storage;
    this.directory = directory;
    this.logs = logs;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** As they come and go. */
  List<Dispatcher> dispatchers() {
    return dispatchers;
  }

  /** Null when nothing is delivered to it. */
  @Nullable DeadLetters deadLettersOf(String name) {
    return deadLetters.get(name);
  }

  /** Also while it is paused. */
  boolean has(String name) {
    return active.containsKey(name) || paused.containsKey(name);
  }

  /** Those that have ended, of a destination that is paused. */
  List<Dispatcher> paused(String name) {
    Paused one = paused.get(name);
    return one == null ? List.of() : one.dispatchers;
  }

  /** Of a destination that is paused as it was before. */
  List<DeadLetterStatus> deadLetterStatus() {
    Map<String, DeadLetterStatus> all = new TreeMap<>();
    paused.values().forEach(one -> one.letters.forEach(was -> all.put(was.destination(), was)));
    deadLetters.forEach((name, letters) -> all.put(name, letters.status()));
    return List.copyOf(all.values());
  }

  /** One for each destination and signal; a destination that is paused goes on getting more. */
  List<DestinationStatus> status() {
    List<Dispatcher> all = new ArrayList<>();
    paused.values().forEach(one -> all.addAll(one.dispatchers)); // first: one may go on meanwhile
    for (Dispatcher dispatcher : dispatchers) {
      all.removeIf(was -> was.isOf(dispatcher.name(), dispatcher.signal()));
      all.add(dispatcher);
    }
    return all.stream().map(Dispatcher::status).toList();
  }

  boolean takes(Signal signal) {
    return dispatchers.stream().anyMatch(dispatcher -> dispatcher.signal() == signal)
        || isKept(signal);
  }

  /** Whether one that is paused takes it: nothing of it may be freed then. */
  boolean isKept(Signal signal) {
    return paused.values().stream().anyMatch(one -> one.destination.signals().contains(signal));
  }

  /** Opens its files; to be started by {@link #start}. The logs are open. */
  void open(Destination destination) throws IOException {
    Path own = directory.resolve(destination.name());
    storage.createDirectories(own);
    active.put(destination.name(), destination);
    List<Closeable> files = opened.computeIfAbsent(destination.name(), key -> new ArrayList<>());
    DeadLetters letters =
        new DeadLetters(
            destination.name(),
            storage,
            own.resolve("dead-letters"),
            destination.options().maxDeadLetterBytes());
    files.add(letters);
    letters.openIfPresent();
    deadLetters.put(destination.name(), letters);
    for (Signal signal : destination.signals()) {
      dispatchers.add(open(destination, signal, own, letters, files));
    }
  }

  private Dispatcher open(
      Destination destination, Signal signal, Path own, DeadLetters letters, List<Closeable> files)
      throws IOException {
    DiskLog log = logs.get(signal);
    DestinationOptions options = destination.options();
    Cursor cursor = Cursor.open(storage, own.resolve(signal.id() + ".cursor"), log);
    files.add(cursor);
    RetryLog retryLog =
        new RetryLog(
            storage,
            own.resolve(signal.id() + "-retries"),
            new Backoff(options.retryInitialMillis() * 5, options.retryMaxMillis() * 5));
    files.add(retryLog);
    retryLog.openIfPresent(cursor, log);
    CrashGuard guard = CrashGuard.open(storage, own.resolve(signal.id() + ".attempts"));
    boolean behind = cursor.lowWater().sequence() < log.end().sequence();
    if (behind && cursor.mayRepeat() || retryLog.mayRepeat() || guard.wasDamaged()) {
      guard.sent(log.end().sequence()); // as good as all that is there may have been
    }
    files.add(
        () -> {
          boolean doubt = mayBeSentAgain(guard.sentBelow(), log, cursor, retryLog);
          guard.close(doubt ? guard.sentBelow() : 0);
        });
    return new Dispatcher(
        destination.name(),
        log,
        cursor,
        destination.exporter(),
        options,
        clock,
        letters,
        retryLog,
        guard,
        metrics);
  }

  /** Whether anything that was handed out will be handed out again after a restart. */
  private static boolean mayBeSentAgain(
      long sentBelow, DiskLog log, Cursor cursor, RetryLog retryLog) {
    long sent = Math.min(sentBelow, log.end().sequence());
    return cursor.savedLowWater().sequence() < sent || (sent > 0 && !retryLog.savedAsEmpty());
  }

  void start() {
    start(dispatchers);
  }

  private void start(List<Dispatcher> some) {
    synchronized (beginning) {
      if (ending) {
        throw new IllegalStateException("the collector stops");
      }
      some.forEach(Dispatcher::start);
    }
  }

  /** Begins to deliver to one more, from where its cursor stands; all of it or nothing. */
  void add(Destination destination) throws IOException {
    String name = destination.name();
    try {
      logs.startMissing(destination.signals());
      open(destination);
      start(dispatchersOf(name));
    } catch (IOException | RuntimeException | Error e) { // also threads that are not to be had
      List<Dispatcher> begun = dispatchersOf(name);
      stop(begun);
      dispatchers.removeAll(begun);
      closeFiles(name);
      throw e;
    }
    paused.remove(name);
    held.remove(name);
  }

  /** One that was removed in this change: as soon as its files can be opened. */
  void addWhenPossible(Destination destination) {
    try {
      add(destination);
    } catch (IOException | RuntimeException | Error e) {
      Paused was = removed.get(destination.name());
      paused.put(
          destination.name(),
          was == null
              ? new Paused(destination, List.of(), List.of())
              : new Paused(destination, was.dispatchers, was.letters));
      cannotGoOn(destination.name(), e);
    }
  }

  /** One that was removed in this change: nothing is freed until it is added or removed again. */
  void hold(String name, Throwable why) {
    Paused was = removed.get(name);
    if (was != null) {
      paused.put(name, was);
      held.add(name);
      cannotGoOn(name, why);
    }
  }

  /** The change is over. */
  void changed() {
    removed.clear();
  }

  private List<Dispatcher> dispatchersOf(String name) {
    return dispatchers.stream().filter(dispatcher -> dispatcher.name().equals(name)).toList();
  }

  /** Delivers no more to it, also when it is paused. */
  void remove(String name) {
    Paused was = paused.remove(name);
    held.remove(name);
    stuck.remove(name);
    Destination destination = active.get(name);
    if (was == null && destination != null) {
      was = asItStands(destination);
    }
    if (was != null) {
      removed.put(name, was);
    }
    end(name);
  }

  private Paused asItStands(Destination destination) {
    DeadLetters letters = deadLetters.get(destination.name());
    return new Paused(
        destination,
        dispatchersOf(destination.name()),
        letters == null ? List.of() : List.of(letters.status()));
  }

  /** What is in the air is waited for a moment. */
  private void end(String name) {
    List<Dispatcher> removed = dispatchersOf(name);
    stop(removed);
    dispatchers.removeAll(removed);
    for (Dispatcher dispatcher : removed) {
      try {
        dispatcher.save();
      } catch (IOException e) {
        LOG.warn("{}: a cursor could not be saved, some data will be sent again", name, e);
      }
    }
    closeFiles(name);
  }

  /** Waits for their end, but not for ever. */
  private static void stop(List<Dispatcher> some) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REMOVE_GRACE_MILLIS);
    some.forEach(dispatcher -> dispatcher.stop(deadline));
    try {
      for (Dispatcher dispatcher : some) {
        dispatcher.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs it while nothing is delivered to the destination, if anything is. */
  <E extends Exception> void pausing(String name, Pipeline.Change<E> change) throws E, IOException {
    Destination destination = active.get(name);
    if (destination == null) {
      change.run();
      return;
    }
    paused.put(name, asItStands(destination));
    end(name);
    try {
      change.run();
    } finally {
      resumePaused();
    }
  }

  /** Until it succeeds (the disk may be full) nothing is freed that it takes: {@link #isKept}. */
  void resumePaused() {
    for (Paused one : List.copyOf(paused.values())) {
      String name = one.destination.name();
      if (held.contains(name) || isEnding()) {
        continue;
      }
      try {
        add(one.destination);
        if (stuck.remove(name)) {
          LOG.info("{}: goes on", name);
        }
      } catch (IOException | RuntimeException | Error e) {
        cannotGoOn(name, e);
      }
    }
  }

  private void cannotGoOn(String name, Throwable why) {
    boolean byItself = !held.contains(name);
    if (stuck.add(name) && byItself) {
      LOG.error("{}: cannot go on, is tried again until it can", name, why);
    }
    paused(name).forEach(dispatcher -> dispatcher.cannotGoOn(why));
  }

  /** All that can be saved, also when one cannot. */
  void save() throws IOException {
    IOException failure = null;
    synchronized (saving) { // whoever stops waits for the last upkeep, but not for ever
      for (Dispatcher dispatcher : dispatchers) {
        try {
          dispatcher.save();
        } catch (IOException e) {
          failure = failure == null ? e : failure;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private boolean isEnding() {
    synchronized (beginning) {
      return ending;
    }
  }

  /** Delivers what goes until then, and returns when all have ended; no other begins. */
  void stop(long deadlineNanos) throws InterruptedException {
    synchronized (beginning) {
      ending = true;
    }
    dispatchers.forEach(dispatcher -> dispatcher.stop(deadlineNanos));
    for (Dispatcher dispatcher : dispatchers) {
      dispatcher.join();
    }
  }

  void closeFiles() {
    List.copyOf(opened.keySet()).forEach(this::closeFiles);
  }

  private void closeFiles(String name) {
    active.remove(name);
    deadLetters.remove(name);
    List<Closeable> files = opened.remove(name);
    if (files != null) {
      closeAll(files);
    }
  }

  /** The last one first. */
  static void closeAll(List<Closeable> files) {
    for (int i = files.size() - 1; i >= 0; i--) {
      try {
        files.get(i).close();
      } catch (IOException e) {
        LOG.warn("closing: {}", e.toString());
      }
    }
    files.clear();
  }
}
