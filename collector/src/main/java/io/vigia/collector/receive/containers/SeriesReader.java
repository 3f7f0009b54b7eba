package io.vigia.collector.receive.containers;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is new in one series, and hands over how far that is, to be remembered when it was
 * delivered. Reusable, not thread-safe.
 */
final class SeriesReader {
  private final LineReader lines;
  private final CriLine cri = new CriLine();
  private final StreamEvents stdout;
  private final StreamEvents stderr;
  private final Waits waits;
  private final LongSupplier nowUnixNanos;
  private final Problems problems;
  private final Delivery delivery;

  // of this turn
  private @Nullable Series series;
  private List<LogFile> files = List.of();
  private int first;
  private int at;
  private long[] reached = {};
  private long readBytes;
  private long eventBytes;

  /**
   * How long something may not be whole.
   *
   * @param rotatedMillis a file that was renamed may still be written to
   * @param eventNanos a line may be followed by a stack trace
   * @param lineNanos a part of a line is followed by the rest
   * @param spanBytes how much may be read beyond what is not whole; it is read again each time
   * @param turnBytes of events of one series before others have their turn
   */
  record Waits(
      long rotatedMillis, long eventNanos, long lineNanos, long spanBytes, long turnBytes) {
    static final Waits DEFAULT = new Waits(1_000, 500_000_000L, 5_000_000_000L, 4 << 20, 1 << 20);
  }

  /** The file was truncated while it was read. */
  private static final class TruncatedException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  SeriesReader(
      boolean joinStackTraces,
      int maxEventBytes,
      Waits waits,
      LongSupplier nowUnixNanos,
      Problems problems,
      Delivery delivery) {
    this.lines = new LineReader(maxEventBytes + 128); // time, stream and tag are before the message
    this.stdout = new StreamEvents(false, joinStackTraces, maxEventBytes, this::event);
    this.stderr = new StreamEvents(true, joinStackTraces, maxEventBytes, this::event);
    this.waits = waits;
    this.nowUnixNanos = nowUnixNanos;
    this.problems = problems;
    this.delivery = delivery;
  }

  private void event(Event event) {
    if (series != null) {
      if (event.cut()) {
        problems.count("cut", series.container() + ": an event is too long; its end is left out");
      }
      delivery.add(series, event);
      eventBytes += event.length() + 1L;
    }
  }

  /**
   * Reads one turn.
   *
   * @return whether there is more to read at once
   * @throws Delivery.StoppedException what was read is not delivered and not remembered
   */
  boolean turn(Series next) throws Delivery.StoppedException {
    series = next;
    files = next.files();
    first = 0;
    while (first < files.size() && next.progress().isDone(files.get(first))) {
      first++;
    }
    if (first == files.size()) {
      return false;
    }
    reached = new long[files.size()];
    readBytes = eventBytes = 0;
    stdout.clear();
    stderr.clear();
    delivery.begin();
    try {
      at = first;
      while (at < files.size() && file(next, files.get(at))) {
        at++;
      }
      boolean more = eventBytes >= waits.turnBytes;
      if (!more) {
        finish(stdout);
        finish(stderr);
      }
      handOver(next);
      return more;
    } catch (TruncatedException e) {
      delivery.undo(); // the next look sees what became of it
    } catch (IOException e) {
      delivery.undo();
      problems.reading(files.get(at).path(), e);
    }
    return false;
  }

  private void finish(StreamEvents stream) {
    if (stream.isDue(nowUnixNanos.getAsLong(), waits.lineNanos, waits.eventNanos)) {
      stream.finish();
    }
  }

  /** Whether it was read to its end, and nobody writes to it any more. */
  private boolean file(Series of, LogFile file)
      throws IOException, TruncatedException, Delivery.StoppedException {
    Progress.File known = of.progress().of(file);
    reached[at] = known == null ? 0 : known.least();
    try (LogFile.Source source = file.open(reached[at])) {
      lines.start(reached[at]);
      while (eventBytes < waits.turnBytes) {
        if (!lines.next(source)) {
          return atEnd(file, source, known);
        }
        line(known);
        if (delivery.isFull()) {
          unchanged(source);
          handOver(of);
          delivery.deliver();
          delivery.begin();
          known = of.progress().of(file);
        }
      }
      unchanged(source);
      return false;
    } catch (IOException e) {
      if (!file.isGzip()) {
        throw e;
      }
      problems.count("gzip", file.path() + " is damaged: " + e.getMessage());
      return true;
    }
  }

  private boolean atEnd(LogFile file, LogFile.Source source, Progress.@Nullable File known)
      throws IOException, TruncatedException {
    unchanged(source);
    long ageMillis = nowUnixNanos.getAsLong() / 1_000_000L - file.modifiedMillis();
    boolean written =
        file.isCurrent() || !file.isGzip() && Math.abs(ageMillis) < waits.rotatedMillis;
    if (written) {
      return false;
    }
    if (lines.rest()) {
      line(known);
    }
    return true;
  }

  private static void unchanged(LogFile.Source source) throws IOException, TruncatedException {
    if (!source.isUnchanged()) {
      throw new TruncatedException();
    }
  }

  private void line(Progress.@Nullable File known) {
    boolean ofFormat = cri.read(lines.array(), lines.offset(), lines.length());
    reached[at] = lines.end();
    readBytes += lines.end() - lines.start();
    if (known == null || lines.start() >= known.of(cri.isStderr())) {
      if (!ofFormat) {
        problems.count("not_cri", files.get(at).path() + " has lines of another format");
      }
      stream(cri.isStderr()).add(cri, new Place(at, lines.start()), readBytes, lines.isCut());
    }
    stdout.finishIfOlder(readBytes - waits.spanBytes);
    stderr.finishIfOlder(readBytes - waits.spanBytes);
  }

  private StreamEvents stream(boolean ofStderr) {
    return ofStderr ? stderr : stdout;
  }

  /** What was added so far, when it is delivered, need not be read again. */
  private void handOver(Series of) {
    Place head = new Place(at, at < files.size() ? reached[at] : 0);
    Place out = stdout.pending() == null ? head : stdout.pending();
    Place err = stderr.pending() == null ? head : stderr.pending();
    int end = Math.min(at + 1, files.size());
    List<LogFile> read = files;
    long[] ends = reached.clone();
    int begin = first;
    boolean[] complete = new boolean[end];
    for (int i = begin; i < end; i++) {
      complete[i] = i < at && out.file() > i && err.file() > i;
    }
    delivery.whenDelivered(
        () -> {
          for (int i = begin; i < end; i++) {
            of.progress()
                .delivered(read.get(i), before(out, i, ends), before(err, i, ends), complete[i]);
          }
        });
  }

  private static long before(Place place, int file, long[] ends) {
    return file < place.file() ? ends[file] : file == place.file() ? place.offset() : 0;
  }
}
