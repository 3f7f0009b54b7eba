package io.vigia.agent.boot;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The few lines that the agent writes: on stderr, because an application's stdout may be data. On
 * the JVM's own, because an application may put something else in its place: a logger, whose events
 * these lines are not, nothing, or a stream that throws.
 */
public final class Console {

  private static final boolean DEBUG = Setting.DEBUG.isOn();
  private static final AtomicBoolean FAILED = new AtomicBoolean();
  private static volatile @Nullable PrintStream own;

  /** From now on lines go where stderr goes now: to be called before the application begins. */
  public static void keepStderr() {
    own = System.err;
  }

  @SuppressWarnings("SystemOut")
  public static void say(String line) {
    PrintStream kept = own;
    (kept == null ? System.err : kept).println("[vigia] " + line);
  }

  /** Only with {@code VIGIA_DEBUG=true}. */
  public static void debug(Supplier<String> line) {
    if (DEBUG) {
      say("debug: " + line.get());
    }
  }

  /** Of what runs on the application's threads, which must not see it; the first one is said. */
  public static void harmless(Throwable failure) {
    if (!FAILED.getAndSet(true)) {
      say("a failure of the agent, the application goes on without its result: " + failure);
    }
  }

  private Console() {}
}
