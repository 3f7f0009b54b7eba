package io.vigia.agent.extension.traces;

import java.util.function.LongSupplier;

/**
 * A leaky bucket as in Jaeger's clients: so many a second on average, at most one second's worth
 * (but at least one) at once. Thread-safe.
 */
final class RateLimit {

  private final double perSecond;
  private final double capacity;
  private final LongSupplier nanoTime;
  private double balance;
  private long lastNanos;

  RateLimit(double perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.capacity = Math.max(1, perSecond);
    this.nanoTime = nanoTime;
    this.balance = capacity;
    this.lastNanos = nanoTime.getAsLong();
  }

  synchronized boolean take() {
    if (perSecond <= 0) {
      return false;
    }
    long now = nanoTime.getAsLong();
    balance = Math.min(capacity, balance + (now - lastNanos) / 1e9 * perSecond);
    lastNanos = now;
    if (balance < 1) {
      return false;
    }
    balance -= 1;
    return true;
  }
}
