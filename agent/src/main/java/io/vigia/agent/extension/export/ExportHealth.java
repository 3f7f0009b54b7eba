package io.vigia.agent.extension.export;

import io.vigia.agent.boot.Console;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says on stderr what became of the data, without repeating itself: the first failure of an outage
 * in full, then silence and counting, then one line when the collector is back. Counts are since
 * the start of the process. Thread-safe; prints without its lock, because stderr may be a pipe that
 * nobody reads, and the application's threads count here.
 */
public final class ExportHealth {

  /** What a payload of a stream consists of. */
  private static final Map<String, String> ITEMS = new HashMap<>();

  static {
    ITEMS.put("traces", "spans");
    ITEMS.put("metrics", "data points");
    ITEMS.put("logs", "log records");
  }

  private final String collector;
  private final Map<String, Long> downSinceNanos = new HashMap<>();
  private final Map<Outcome, Long> counts = new LinkedHashMap<>();
  private boolean refusalReported;
  private long keptInOutage;
  private long droppedInOutage;

  public ExportHealth(String collector) {
    this.collector = collector;
  }

  void down(String stream, IOException cause) {
    boolean first;
    synchronized (this) {
      first = downSinceNanos.isEmpty();
      downSinceNanos.putIfAbsent(stream, System.nanoTime());
    }
    Console.debug(() -> stream + " not taken: " + cause);
    if (first && !ExitBudget.isExiting()) {
      Console.say(
          "the collector "
              + collector
              + " does not take "
              + stream
              + ": "
              + cause
              + ". Data is kept and handed over when it is back");
    }
  }

  void up(String stream) {
    long seconds;
    long kept;
    long dropped;
    synchronized (this) {
      Long since = downSinceNanos.remove(stream);
      if (since == null || !downSinceNanos.isEmpty()) {
        return;
      }
      seconds = (System.nanoTime() - since) / 1_000_000_000L;
      kept = keptInOutage;
      dropped = droppedInOutage;
      keptInOutage = 0;
      droppedInOutage = 0;
    }
    Console.say(
        "the collector is back after "
            + seconds
            + " s; payloads kept meanwhile: "
            + kept
            + ", dropped: "
            + dropped);
  }

  synchronized void kept(String stream) {
    keptInOutage++;
    count("kept", "", stream);
  }

  synchronized void handedOver(String stream) {
    count("handed_over", "", stream);
  }

  /** Also on the application's threads. */
  public void dropped(String stream, String reason) {
    dropped(stream, reason, 1);
  }

  void dropped(String stream, String reason, long count) {
    synchronized (this) {
      droppedInOutage += count;
      count("dropped", reason, stream, count);
    }
    Console.debug(() -> stream + " dropped: " + reason);
  }

  void refused(String stream, Outbox.RefusedException cause) {
    refused(stream, 1, stream + ": " + cause.getMessage());
  }

  void refused(String stream, Outbox.PartlyRefusedException cause) {
    String items = ITEMS.getOrDefault(stream, stream);
    refused(items, cause.items(), cause.items() + " " + items + ": " + cause.getMessage());
  }

  private void refused(String what, long count, String line) {
    boolean first;
    synchronized (this) {
      count("dropped", "refused", what, count);
      first = !refusalReported;
      refusalReported = true;
    }
    if (first) {
      Console.say("the collector refuses " + line);
    }
  }

  /** Payloads (items where the stream says so) by what became of them; a copy. */
  public synchronized Map<Outcome, Long> counts() {
    return new LinkedHashMap<>(counts);
  }

  private void count(String outcome, String reason, String stream) {
    count(outcome, reason, stream, 1);
  }

  private void count(String outcome, String reason, String stream, long count) {
    counts.merge(new Outcome(outcome, reason, stream), count, Long::sum);
  }

  /** {@code kept}, {@code handed_over} or {@code dropped}, the reason of a drop, and the stream. */
  public static final class Outcome {
    public final String outcome;
    public final String reason;
    public final String stream;

    Outcome(String outcome, String reason, String stream) {
      this.outcome = outcome;
      this.reason = reason;
      this.stream = stream;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Outcome
          && ((Outcome) other).outcome.equals(outcome)
          && ((Outcome) other).reason.equals(reason)
          && ((Outcome) other).stream.equals(stream);
    }

    @Override
    public int hashCode() {
      return Objects.hash(outcome, reason, stream);
    }
  }
}
