package io.vigia.collector.core;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wall clock, for judging how old data is that an operator wants thrown away at an age. A clock
 * that is put forward, by mistake or because it had been wrong, makes all data old at once, and
 * what is thrown away does not come back when the clock does: so a step forward counts only when it
 * has lasted for a while. (Time in which the machine slept looks the same.) A clock that is put
 * back is followed at once: it makes data younger. A machine may also start with a clock that is
 * ahead: what is on disk from before says that it looks so. Thread-safe.
 */
public final class AgeClock {
  private static final Logger log = LoggerFactory.getLogger(AgeClock.class);

  /** More than clocks are put right by while all is well, leap seconds and long pauses included. */
  private static final long STEP_MILLIS = 60_000;

  /** How long a step must have lasted. */
  static final long PATIENCE_MILLIS = 3_600_000;

  private static final AgeClock SYSTEM = new AgeClock(System::currentTimeMillis, System::nanoTime);

  private final LongSupplier wallMillis;
  private final LongSupplier nanos;

  /** Where both clocks were when there was no doubt. */
  private long agreedMillis;

  private long agreedNanos;
  private boolean stepped;
  private long steppedNanos;
  private long knownMillis;

  /**
   * @param wallMillis since 1970
   * @param nanos that nobody sets, from anywhere on
   */
  public AgeClock(LongSupplier wallMillis, LongSupplier nanos) {
    this.wallMillis = wallMillis;
    this.nanos = nanos;
    agreedMillis = wallMillis.getAsLong();
    agreedNanos = nanos.getAsLong();
  }

  /** The system's. */
  public static AgeClock system() {
    return SYSTEM;
  }

  /**
   * The clock was so far before this process began. The latest such time counts, and all that has
   * passed since is taken for a step forward: how long nothing ran is not known.
   */
  public synchronized void known(long unixMillis) {
    if (unixMillis <= knownMillis) {
      return;
    }
    knownMillis = unixMillis;
    long wall = wallMillis.getAsLong();
    stepped = wall - unixMillis > STEP_MILLIS;
    agreedMillis = stepped ? unixMillis : wall;
    agreedNanos = steppedNanos = nanos.getAsLong();
  }

  /** Milliseconds since 1970 by which data may be thrown away. */
  public synchronized long millis() {
    long wall = wallMillis.getAsLong();
    long now = nanos.getAsLong();
    long steady = agreedMillis + TimeUnit.NANOSECONDS.toMillis(now - agreedNanos);
    if (wall - steady > STEP_MILLIS) {
      if (!stepped) {
        stepped = true;
        steppedNanos = now;
        log.warn(
            "the clock was put forward by {} s; for {} minutes no data is too old because of that",
            (wall - steady) / 1_000,
            TimeUnit.MILLISECONDS.toMinutes(PATIENCE_MILLIS));
      }
      if (now - steppedNanos < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
        return steady;
      }
    }
    stepped = false;
    agreedMillis = wall;
    agreedNanos = now;
    return wall;
  }
}
