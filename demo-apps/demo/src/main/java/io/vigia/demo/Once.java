package io.vigia.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks until everything has been seen or the time is over, and says which. */
final class Once {
  private static final long POLL_MILLIS = 500;
  private static final long WORD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Evidence evidence;
  private final Progress progress;
  private final PrintStream out;
  private final long startNanos;

  /**
   * @param startNanos when the demo was started, by {@link System#nanoTime}
   */
  Once(Evidence evidence, Progress progress, PrintStream out, long startNanos) {
    this.evidence = evidence;
    this.progress = progress;
    this.out = out;
    this.startNanos = startNanos;
  }

  /**
   * Returns what is missing at the end, each in words; empty when everything was seen.
   *
   * @throws DemoException when a child has ended by itself
   */
  List<String> look(Duration limit) throws DemoException, InterruptedException {
    long start = System.nanoTime();
    long nextWord = start + WORD_NANOS;
    boolean hadTrace = false;
    while (true) {
      List<String> missing = evidence.look();
      long now = System.nanoTime();
      if (evidence.hasTrace() && !hadTrace) {
        hadTrace = true;
        out.printf("  first trace  after %.1f s%n", seconds(now));
      }
      if (missing.isEmpty()) {
        out.printf("  everything   after %.1f s%n%n", seconds(now));
        return missing;
      }
      if (now - start > limit.toNanos()) {
        return missing;
      }
      if (now > nextWord) {
        nextWord = now + WORD_NANOS;
        out.println(
            "  waiting for  "
                + missing.get(0)
                + (missing.size() > 1 ? " and " + (missing.size() - 1) + " more" : ""));
      }
      progress.requireAlive();
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private double seconds(long now) {
    return (now - startNanos) / 1e9;
  }
}
