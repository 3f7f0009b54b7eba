package io.vigia.agent.boot;

import java.util.function.Supplier;

/** The few lines that the agent writes: on stderr, because an application's stdout may be data. */
public final class Console {

  private static final boolean DEBUG = Setting.DEBUG.isOn();

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

  private Console() {}
}
