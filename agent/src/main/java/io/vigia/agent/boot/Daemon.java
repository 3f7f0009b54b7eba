package io.vigia.agent.boot;

/**
 * Threads of the agent's: they hold up no exit, and nothing of the application that was about when
 * they began; what they throw is not for the application's handler of uncaught exceptions, which
 * may end the process; and an application that interrupts all threads does not end them.
 */
public final class Daemon {

  /** Started when this returns. */
  public static Thread start(String name, Runnable work) {
    Thread thread = of(name, work);
    thread.start();
    return thread;
  }

  /** One that is to be started. */
  public static Thread of(String name, Runnable work) {
    Thread thread = new Uninterrupted(() -> runHarmlessly(work), name);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    return thread;
  }

  /** Also where {@link Thread#interrupt} is not heard. */
  public static void interrupt(Thread thread) {
    if (thread instanceof Uninterrupted) {
      ((Uninterrupted) thread).interruptIndeed();
    } else {
      thread.interrupt();
    }
  }

  private static void runHarmlessly(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      Console.harmless(e);
    }
  }

  private static final class Uninterrupted extends Thread {
    Uninterrupted(Runnable work, String name) {
      super(work, name);
    }

    @Override
    public void interrupt() {
      // by somebody who does not know what this thread does
    }

    void interruptIndeed() {
      super.interrupt();
    }
  }

  private Daemon() {}
}
