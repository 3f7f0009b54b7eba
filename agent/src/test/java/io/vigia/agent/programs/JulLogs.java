package io.vigia.agent.programs;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs with java.util.logging. */
public final class JulLogs {

  public static void main(String[] args) throws Exception {
    Logger log = Logger.getLogger(JulLogs.class.getName());
    InRequest.run(
        () -> {
          log.log(Level.INFO, "order {0} taken", 7);
          log.log(Level.WARNING, "no stock", new IllegalStateException("empty shelf"));
        });
    log.fine("not shown");
    Stay.asLongAs(args);
  }

  private JulLogs() {}
}
