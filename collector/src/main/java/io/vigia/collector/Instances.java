package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.StateDirectory;
import io.vigia.collector.disklog.StateInUseException;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The directories of all collectors that share a data directory.
 *
 * <pre>
 * state/lock                held for the moment in which a directory is taken or removed
 * state/&lt;instance&gt;/…         logs and cursors, held by who works with them
 * state/&lt;instance&gt;/adopted   another instance delivers what is there
 * state/&lt;instance&gt;/wanted    its owner is back and asks for it
 * </pre>
 */
final class Instances {
  private static final long HAND_OVER_MILLIS = 20_000;
  private static final long POLL_MILLIS = 50;

  private final Path states;
  private final String own;

  Instances(CollectorConfig config) {
    this.states = CollectorConfig.states(config.data());
    this.own = config.instance();
  }

  /** What runs while no directory changes hands. */
  interface Action {
    void run() throws IOException;
  }

  /** What is asked under the lock. */
  private interface Question {
    boolean ask() throws IOException;
  }

  /** Starts what takes our own directory. One that delivers for us meanwhile is asked to let go. */
  void startOwn(Component pipeline) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HAND_OVER_MILLIS);
    while (true) {
      boolean last = System.nanoTime() > deadline;
      if (exclusively(() -> tryOwn(pipeline, last))) {
        return;
      }
      pause();
    }
  }

  private boolean tryOwn(Component pipeline, boolean last) throws IOException {
    Path mine = states.resolve(own);
    try {
      pipeline.start();
    } catch (StateInUseException e) {
      if (last || !Files.exists(adopted(mine))) {
        throw e;
      }
      if (!Files.exists(wanted(mine))) {
        Files.createFile(wanted(mine));
      }
      return false;
    }
    Files.deleteIfExists(wanted(mine));
    Files.deleteIfExists(adopted(mine));
    return true;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for another instance to let go", e);
    }
  }

  /** Starts what takes the directory of another instance, and says so there. */
  void adopt(Path directory, Component pipeline) throws IOException {
    exclusively(
        () -> {
          pipeline.start();
          Files.deleteIfExists(wanted(directory)); // of an owner that went away again
          Files.writeString(adopted(directory), own + "\n");
        });
  }

  /** The directories of the others, whether they run or not. */
  List<Path> others() throws IOException {
    return list(states).stream()
        .filter(Files::isDirectory)
        .filter(path -> !path.getFileName().toString().equals(own))
        .toList();
  }

  /** Whether somebody works with it. */
  boolean isHeld(Path directory) throws IOException {
    return exclusively(() -> StateDirectory.isHeld(Storage.os(), directory));
  }

  /**
   * What a directory holds beside what was delivered to these destinations: cursors of others, logs
   * of signals that none of them takes, dead letters.
   *
   * @param withLetters those of the destinations that refused something for good
   */
  static List<String> rest(
      Path directory, Set<String> destinations, Set<String> withLetters, Set<Signal> signals)
      throws IOException {
    List<String> rest = new ArrayList<>();
    for (Path destination : list(directory.resolve("destinations"))) {
      String name = destination.getFileName().toString();
      if (!destinations.contains(name)) {
        rest.add("the destination " + name + " (not configured here)");
      } else if (withLetters.contains(name)) {
        rest.add("dead letters of " + name);
      }
    }
    for (Path log : list(directory.resolve("log"))) {
      String name = log.getFileName().toString();
      if (signals.stream().noneMatch(signal -> signal.id().equals(name))) {
        rest.add(name + " (no destination here takes them)");
      }
    }
    return rest;
  }

  /** When anything in it was changed, made or removed last. */
  static FileTime changed(Path directory) throws IOException {
    FileTime last = Files.getLastModifiedTime(directory);
    for (Path path : list(directory)) {
      FileTime changed = Files.isDirectory(path) ? changed(path) : Files.getLastModifiedTime(path);
      last = changed.compareTo(last) > 0 ? changed : last;
    }
    return last;
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  static Path adopted(Path directory) {
    return directory.resolve("adopted");
  }

  static Path wanted(Path directory) {
    return directory.resolve("wanted");
  }

  /** Runs while no other process takes or removes a directory. */
  void exclusively(Action action) throws IOException {
    exclusively(
        () -> {
          action.run();
          return true;
        });
  }

  /** Asks while no other process takes or removes a directory. */
  private boolean exclusively(Question question) throws IOException {
    Files.createDirectories(states);
    synchronized (Instances.class) { // a file lock is between processes only
      try (FileChannel file =
              FileChannel.open(
                  states.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = file.lock()) {
        return question.ask();
      }
    }
  }
}
