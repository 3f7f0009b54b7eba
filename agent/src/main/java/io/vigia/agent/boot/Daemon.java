package io.vigia.agent.boot;

/**
 * Threads of the agent's: they hold up no exit, and nothing of the application that was about when
 * they began, and what they throw is not for the application's handler of uncaught exceptions,
 * which may end the process.
 */
public final class Daemon {

  /** Started when this returns. */
  public static Thread start(String name, Runnable work) {
    Thread thread = new Thread(() -> runHarmlessly(work), name);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
    return thread;
  }

  private static void runHarmlessly(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      Console.harmless(e);
    }
  }

  private Daemon() {}
}
