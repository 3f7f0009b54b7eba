package io.vigia.agent.programs;

import java.util.logging.Logger;

/**
 * Serves a request; when a byte is on stdin, interrupts all other threads of the process, as some
 * do that want to be rid of their own, and serves another one.
 */
public final class Interrupting {

  private static final Logger LOG = Logger.getLogger(Interrupting.class.getName());

  public static void main(String[] args) throws Exception {
    InRequest.run(() -> LOG.info("before"));
    System.in.read();
    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (each != Thread.currentThread()) {
        each.interrupt();
      }
    }
    InRequest.run(() -> LOG.info("after"));
    Stay.asLongAs(args);
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private Interrupting() {}
}
