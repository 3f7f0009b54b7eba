package io.vigia.collector.pipeline;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.SideNote;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the commands do to the dead letters of one destination. */
final class DeadLetterFiles {
  private DeadLetterFiles() {}

  /** One line per signal. */
  static List<DeadLetterLine> lines(String destination, DeadLetters letters) throws IOException {
    Map<Signal, Sum> sums = new EnumMap<>(Signal.class);
    letters.forEach(
        (record, note, bytes) -> {
          sums.computeIfAbsent(note.signal(), signal -> new Sum()).add(record, note, bytes);
          return true;
        });
    List<DeadLetterLine> lines = new ArrayList<>();
    sums.forEach((signal, sum) -> lines.add(sum.line(destination, signal)));
    return lines;
  }

  private static final class Sum {
    private long letters;
    private long items;
    private long bytes;
    private long oldestUnixNanos = Long.MAX_VALUE;
    private final Map<String, Long> reasons = new TreeMap<>();

    void add(LogRecord record, SideNote note, long letterBytes) {
      letters++;
      items += note.items();
      bytes += letterBytes;
      oldestUnixNanos = Math.min(oldestUnixNanos, record.envelope().receiveTimeUnixNanos());
      reasons.merge(note.reason(), (long) note.items(), Long::sum);
    }

    DeadLetterLine line(String destination, Signal signal) {
      return new DeadLetterLine(
          destination, signal, letters, items, bytes, oldestUnixNanos, Map.copyOf(reasons));
    }
  }

  /** Says false when no more are wanted. */
  static boolean show(
      String destination,
      DeadLetters letters,
      DeadLetterAdmin.Filter filter,
      Predicate<DeadLetter> more)
      throws IOException {
    boolean[] goOn = {true};
    letters.forEach(
        (record, note, bytes) -> {
          if (filter.matches(note.signal(), note.reason())) {
            goOn[0] =
                more.test(
                    new DeadLetter(
                        destination,
                        new ExportBatch.Entry(record, note.wanted()),
                        note.reason(),
                        note.detail(),
                        note.unixNanos()));
          }
          return goOn[0];
        });
    return goOn[0];
  }

  static long drop(DeadLetters letters, DeadLetterAdmin.Filter filter) throws IOException {
    return letters.takeOut(
        (record, note) ->
            filter.matches(note.signal(), note.reason())
                ? DeadLetters.Choice.DROP
                : DeadLetters.Choice.KEEP);
  }

  /** Puts letters into the retry logs of a destination to which nothing is delivered now. */
  static long retry(String destination, CursorFiles files, DeadLetterAdmin.Filter filter)
      throws IOException {
    Again again = new Again(destination, files, filter);
    try (DeadLetters letters = files.deadLetters(destination)) {
      return letters.takeOut(again);
    } finally {
      again.close();
    }
  }

  private static final class Again implements DeadLetters.Judge {
    private final String destination;
    private final CursorFiles files;
    private final DeadLetterAdmin.Filter filter;
    private final Map<Signal, RetryLog> retryLogs = new EnumMap<>(Signal.class);
    private final Map<Signal, List<ExportBatch.Entry>> entries = new EnumMap<>(Signal.class);

    Again(String destination, CursorFiles files, DeadLetterAdmin.Filter filter) {
      this.destination = destination;
      this.files = files;
      this.filter = filter;
    }

    @Override
    public DeadLetters.Choice judge(LogRecord record, SideNote note) {
      if (!filter.matches(note.signal(), note.reason())) {
        return DeadLetters.Choice.KEEP;
      }
      entries
          .computeIfAbsent(note.signal(), signal -> new ArrayList<>())
          .add(new ExportBatch.Entry(record, note.wanted()));
      return DeadLetters.Choice.RETRIED;
    }

    @Override
    public void commit() throws IOException {
      for (Map.Entry<Signal, List<ExportBatch.Entry>> one : entries.entrySet()) {
        RetryLog retryLog =
            retryLogs.computeIfAbsent(one.getKey(), signal -> files.retryLog(destination, signal));
        retryLog.add(one.getValue(), DeadLetters.RETRIED);
      }
      entries.clear();
    }

    void close() throws IOException {
      for (RetryLog retryLog : retryLogs.values()) {
        retryLog.close();
      }
    }
  }
}
