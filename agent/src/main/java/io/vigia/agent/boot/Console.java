package io.vigia.agent.boot;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** The few lines that the agent writes: on stderr, because an application's stdout may be data. */
public final class Console {

  private static final boolean DEBUG = Setting.DEBUG.isOn();
  private static final AtomicBoolean FAILED = new AtomicBoolean();

  @SuppressWarnings("SystemOut")
  public static void say(String line) {
    System.err.println("[vigia] " + line);
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
