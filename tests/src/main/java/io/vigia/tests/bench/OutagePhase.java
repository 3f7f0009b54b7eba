package io.vigia.tests.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What was seen in the steps of one phase of an outage. */
final class OutagePhase {
  private final List<Double> p50Millis = new ArrayList<>();
  private final List<Double> p99Millis = new ArrayList<>();
  private final List<Long> residentMegabytes = new ArrayList<>();
  private long events;
  private long seconds;

  void add(int stepSeconds, ClientProcess.Answer answer, long resident) {
    add(
        stepSeconds,
        answer.events(),
        answer.p50Micros() / 1000.0,
        answer.p99Micros() / 1000.0,
        resident);
  }

  void add(int stepSeconds, long accepted, double p50, double p99, long resident) {
    seconds += stepSeconds;
    events += accepted;
    p50Millis.add(p50);
    p99Millis.add(p99);
    residentMegabytes.add(resident);
  }

  /** Median of the steps. */
  double p50Millis() {
    return median(p50Millis);
  }

  /** Median of the steps: one step that the machine spoiled is not the backlog's doing. */
  double p99Millis() {
    return median(p99Millis);
  }

  long firstResident() {
    return residentMegabytes.get(0);
  }

  long lastResident() {
    return residentMegabytes.get(residentMegabytes.size() - 1);
  }

  long peakResident() {
    return Collections.max(residentMegabytes);
  }

  /** Acknowledged events a second. */
  long acceptedPerSecond() {
    return events / seconds;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
