package io.vigia.agent.extension.logs;

import java.util.function.LongSupplier;

/**
 * Notices that the wall clock was set back, by a time server or by a virtual machine that was
 * moved: it has lost time against the one that only goes on. For one thread.
 */
final class SetBack {

  /** Less is what a clock is drawn by while it goes on, and reading two clocks in turn. */
  private static final long TOLERANCE_MILLIS = 100;

  private final LongSupplier wallMillis;
  private long aheadMillis;

  SetBack(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
    this.aheadMillis = ahead();
  }

  /** Whether it was, since this was asked before. */
  boolean happened() {
    long before = aheadMillis;
    aheadMillis = ahead();
    return aheadMillis < before - TOLERANCE_MILLIS;
  }

  private long ahead() {
    return wallMillis.getAsLong() - System.nanoTime() / 1_000_000;
  }
}
