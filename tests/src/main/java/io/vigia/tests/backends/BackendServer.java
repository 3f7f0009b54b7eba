package io.vigia.tests.backends;

import io.vigia.tests.process.ChildProcess;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A real server on free ports that can be stopped, killed, paused and started again with its data
 * and its ports. Not thread-safe.
 */
public abstract class BackendServer implements AutoCloseable {
  private @Nullable ChildProcess process;

  /** Starts the process; called again after a stop. */
  protected abstract ChildProcess launch();

  /** Whether it answers. */
  protected abstract boolean answers();

  /** How long a start may take. */
  protected Duration startLimit() {
    return Duration.ofSeconds(30);
  }

  /** Returns when it answers. */
  public final void start() {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("runs already");
    }
    ChildProcess started = launch();
    process = started;
    started.awaitReady(this::answers, startLimit());
  }

  /** SIGTERM; returns when it is gone. */
  public final void stop() {
    process().terminate(Duration.ofSeconds(60));
  }

  /** SIGKILL; returns when it is gone. */
  public final void kill() {
    process().kill();
    process().close();
  }

  /** Connections stay open and nothing answers, until {@link #resume}. */
  public final void pause() {
    process().pause();
  }

  public final void resume() {
    process().resume();
  }

  public final ChildProcess process() {
    ChildProcess current = process;
    if (current == null) {
      throw new IllegalStateException("never started");
    }
    return current;
  }

  /** Kills it. Idempotent. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
