package io.vigia.collector.pipeline;

import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogPosition;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Frees segments that every cursor has passed, and keeps the logs within the quota: an optional
 * destination that holds back the oldest segment has it skipped; a required one makes intake wait.
 * Used by the pipeline's maintenance thread only.
 */
final class Retention {
  /** Optional destinations lose their oldest data from here on, before intake has to refuse. */
  private static final double SKIP_ABOVE = 0.9;

  private final Storage storage;
  private final Path directory;
  private final Quota quota;

  Retention(Storage storage, Path directory, Quota quota) {
    this.storage = storage;
    this.directory = directory;
    this.quota = quota;
  }

  /**
   * @param kept of these signals nothing is freed: somebody who takes them cannot go on for now
   */
  void run(Collection<DiskLog> logs, List<Dispatcher> dispatchers, Predicate<Signal> kept)
      throws IOException {
    boolean anyKept = false;
    IOException failure = null;
    for (DiskLog log : logs) {
      if (kept.test(log.signal())) {
        anyKept = true;
        continue;
      }
      try {
        freePassed(log, dispatchers);
        dropOverOwnLimit(log, dispatchers);
        shrink(List.of(log), quota.maxBytes(log.signal()), dispatchers);
      } catch (IOException e) { // of the others there is space to be freed all the same
        failure = e;
      }
    }
    if (!anyKept && failure == null) { // else the others would lose theirs to what nobody can free
      long used = bytes(logs, dispatchers);
      shrink(logs, quota.allowedBytes(used, storage.usableBytes(directory)), dispatchers);
    }
    limit(logs, dispatchers);
    if (failure != null) {
      throw failure;
    }
  }

  /** Says how much the logs may take. */
  private void limit(Collection<DiskLog> logs, List<Dispatcher> dispatchers) throws IOException {
    long used = bytes(logs, dispatchers);
    long allowed = quota.allowedBytes(used, storage.usableBytes(directory));
    for (DiskLog log : logs) {
      long own = quota.maxBytes(log.signal()) - putOffBytes(List.of(log), dispatchers);
      log.allow(Math.max(0, Math.min(allowed - (used - log.bytes()), own)));
    }
  }

  /** Of the logs, and of what was put off for later from them. */
  private static long bytes(Collection<DiskLog> logs, List<Dispatcher> dispatchers) {
    return logs.stream().mapToLong(DiskLog::bytes).sum() + putOffBytes(logs, dispatchers);
  }

  private static long putOffBytes(Collection<DiskLog> logs, List<Dispatcher> dispatchers) {
    return dispatchers.stream()
        .filter(dispatcher -> logs.contains(dispatcher.log()))
        .mapToLong(dispatcher -> dispatcher.retryLog().bytes())
        .sum();
  }

  /** Skips for those who may lose it what is too much for these logs together. */
  private static void shrink(Collection<DiskLog> logs, long allowed, List<Dispatcher> dispatchers)
      throws IOException {
    while (bytes(logs, dispatchers) > allowed * SKIP_ABOVE) {
      DiskLog biggest = biggestThatCanShrink(logs, dispatchers);
      long before = bytes(logs, dispatchers);
      if (biggest != null) {
        freePassed(biggest, dispatchers);
      }
      if (before == bytes(logs, dispatchers) && !dropPutOff(logs, dispatchers)) {
        return; // perhaps skipped, but the cursors are not saved that far yet: freed the next time
      }
    }
  }

  /** Gives up the oldest of the biggest retry log that may be lost; says whether there was one. */
  private static boolean dropPutOff(Collection<DiskLog> logs, List<Dispatcher> dispatchers)
      throws IOException {
    Dispatcher biggest = null;
    for (Dispatcher dispatcher : dispatchers) {
      long bytes = dispatcher.retryLog().bytes();
      if (!dispatcher.required()
          && logs.contains(dispatcher.log())
          && bytes > 0
          && (biggest == null || bytes > biggest.retryLog().bytes())) {
        biggest = dispatcher;
      }
    }
    return biggest != null && biggest.retryLog().dropOldest("quota");
  }

  private static void freePassed(DiskLog log, List<Dispatcher> dispatchers) throws IOException {
    long passed = log.end().sequence();
    for (Dispatcher dispatcher : dispatchers) {
      if (dispatcher.signal() == log.signal()) {
        passed = Math.min(passed, dispatcher.cursor().savedLowWater().sequence());
      }
    }
    log.deleteBefore(passed);
  }

  private static void dropOverOwnLimit(DiskLog log, List<Dispatcher> dispatchers)
      throws IOException {
    for (Dispatcher dispatcher : dispatchers) {
      if (dispatcher.signal() == log.signal()) {
        dispatcher.dropOverLimit();
      }
    }
  }

  /** Skips the oldest segment of the biggest log for those who may lose it. */
  private static @Nullable DiskLog biggestThatCanShrink(
      Collection<DiskLog> logs, List<Dispatcher> dispatchers) throws IOException {
    DiskLog biggest = null;
    for (DiskLog log : logs) {
      boolean bigger = biggest == null || log.bytes() > biggest.bytes();
      if (bigger && log.nextSegmentStart() != null && !requiredInOldest(log, dispatchers)) {
        biggest = log;
      }
    }
    if (biggest != null) {
      LogPosition to = biggest.nextSegmentStart();
      for (Dispatcher dispatcher : dispatchers) {
        if (to != null && dispatcher.signal() == biggest.signal()) {
          dispatcher.drop(biggest.oldest(), to, "quota");
          dispatcher.save();
        }
      }
    }
    return biggest;
  }

  private static boolean requiredInOldest(DiskLog log, List<Dispatcher> dispatchers) {
    LogPosition next = log.nextSegmentStart();
    for (Dispatcher dispatcher : dispatchers) {
      if (dispatcher.signal() == log.signal()
          && dispatcher.required()
          && next != null
          && dispatcher.cursor().lowWater().sequence() < next.sequence()) {
        return true;
      }
    }
    return false;
  }
}
