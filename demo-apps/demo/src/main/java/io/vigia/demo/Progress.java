package io.vigia.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for things, and shows that it does. */
final class Progress {
  private static final long POLL_MILLIS = 100;
  private static final long DOT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PrintStream out;
  private final Children children;

  Progress(PrintStream out, Children children) {
    this.out = out;
    this.children = children;
  }

  void say(String line) {
    out.println(line);
  }

  /**
   * Returns when the condition holds.
   *
   * @throws DemoException when a child has ended, or the time is over; it holds the end of the log
   */
  void await(String what, Child child, Duration limit, BooleanSupplier ready)
      throws DemoException, InterruptedException {
    out.printf("  %-12s ", what);
    out.flush();
    long start = System.nanoTime();
    long nextDot = start + DOT_NANOS;
    while (!ready.getAsBoolean()) {
      requireAlive();
      long now = System.nanoTime();
      if (now - start > limit.toNanos()) {
        out.println("not ready");
        throw new DemoException(
            what + " is not ready after " + limit.toSeconds() + " s. " + child.obituary());
      }
      if (now > nextDot) {
        nextDot += DOT_NANOS;
        out.print('.');
        out.flush();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    out.printf("ready after %.1f s%n", (System.nanoTime() - start) / 1e9);
  }

  /**
   * @throws DemoException when a child has ended by itself
   */
  void requireAlive() throws DemoException {
    Optional<Child> dead = children.dead();
    if (dead.isPresent()) {
      throw new DemoException(dead.get().obituary());
    }
    if (children.isClosed()) {
      throw new DemoException("the demo is being stopped");
    }
  }
}
