package io.vigia.collector.receive.containers;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts problems by their reason. */
final class Counting implements CollectorMetrics {
  private final Map<String, Integer> problems = new ConcurrentHashMap<>();

  private volatile long behindBytes;

  Map<String, Integer> problems() {
    return problems;
  }

  /** As it was told last. */
  long behindBytes() {
    return behindBytes;
  }

  @Override
  public void behind(String receiver, long bytes, int files) {
    behindBytes = bytes;
  }

  @Override
  public void malformed(String receiver, String reason) {
    problems.merge(reason, 1, Integer::sum);
  }

  @Override
  public void accepted(String receiver, Signal signal, int items, long bytes, long ackNanos) {}

  @Override
  public void refused(String receiver, Signal signal, String reason, int items) {}

  @Override
  public void synced(Signal signal, long nanos, int records, long bytes) {}

  @Override
  public void badRecord(Signal signal, String reason) {}

  @Override
  public void exported(String destination, Signal signal, String outcome, long nanos, long bytes) {}
}
