package io.vigia.agent.boot;

import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * What {@code -javaagent:vigia-agent.jar} runs first. The one class of ours that older JVMs than 8
 * can load (the build writes it as a class of Java 6; it calls nothing that Java 6 has not): a JVM
 * that cannot load an agent's first class ends, and the application with it.
 */
public final class Premain {

  public static void premain(@Nullable String args, Instrumentation instrumentation) {
    if (!isTooOld(version())) {
      VigiaAgent.premain(args, instrumentation);
    }
  }

  public static void agentmain(@Nullable String args, Instrumentation instrumentation) {
    if (!isTooOld(version())) {
      VigiaAgent.agentmain(args, instrumentation);
    }
  }

  private static @Nullable String version() {
    try {
      return System.getProperty("java.specification.version");
    } catch (SecurityException e) {
      return null; // a Security Manager that does not know us; the next one says so
    }
  }

  /**
   * Says so, too.
   *
   * @param version {@code 1.7}, {@code 1.8}, {@code 9} …
   */
  static boolean isTooOld(@Nullable String version) {
    if (version == null || !version.startsWith("1.") || version.compareTo("1.8") >= 0) {
      return false;
    }
    System.err.println(
        "[vigia] Java " + version + " is too old (8 and later), the application runs without it");
    return true;
  }

  private Premain() {}
}
