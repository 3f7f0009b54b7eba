package io.vigia.tests.oracle;

import java.util.ArrayList;
import java.util.List;

/**
 * What the collector owes: every id it acknowledged. Thread-safe.
 *
 * <p>An id is sent once. When no acknowledgement comes, the next try uses new ids: a sender that
 * sends again sends new events, so an id that arrives twice was doubled by the collector.
 */
final class Ledger {
  private final List<String> logs = new ArrayList<>();
  private final List<long[]> traces = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private long unacknowledged;

  /** One point of the counter of one client. */
  record Sample(String series, long value) {}

  /** How much was acknowledged. */
  record Counts(int logs, int spans, int points) {
    boolean everySignal() {
      return logs > 0 && spans > 0 && points > 0;
    }
  }

  synchronized Counts counts() {
    return new Counts(logs.size(), traces.size(), samples.size());
  }

  /** What another one owes is owed too. */
  synchronized void add(Ledger other) {
    logs.addAll(other.logs());
    traces.addAll(other.traces());
    samples.addAll(other.samples());
  }

  synchronized void acknowledgedLogs(List<String> ids) {
    logs.addAll(ids);
  }

  synchronized void acknowledgedTraces(List<long[]> ids) {
    traces.addAll(ids);
  }

  synchronized void acknowledgedSample(Sample sample) {
    samples.add(sample);
  }

  synchronized void notAcknowledged() {
    unacknowledged++;
  }

  synchronized List<String> logs() {
    return List.copyOf(logs);
  }

  synchronized List<long[]> traces() {
    return List.copyOf(traces);
  }

  synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Requests that were refused or cut. */
  synchronized long unacknowledged() {
    return unacknowledged;
  }

  @Override
  public synchronized String toString() {
    return "acknowledged %d logs, %d spans, %d metric points; %d requests not acknowledged"
        .formatted(logs.size(), traces.size(), samples.size(), unacknowledged);
  }
}
