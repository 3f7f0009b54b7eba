package io.vigia.agent.boot;

/**
 * Threads of the agent's: they hold up no exit, and nothing of the application that was about when
 * they began.
 */
public final class Daemon {

  /** Started when this returns. */
  public static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
    return thread;
  }

  private Daemon() {}
}
