package io.vigia.agent.programs;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends as services do: what is under way is answered in a shutdown hook, which logs, too. */
public final class Graceful {

  private static final Logger LOG = LoggerFactory.getLogger(Graceful.class);

  public static void main(String[] args) {
    Runtime.getRuntime().addShutdownHook(new Thread(Graceful::end));
    LOG.info("started");
    System.exit(0);
  }

  private static void end() {
    try {
      Thread.sleep(1_500); // as long as requests may take; other hooks have run meanwhile
      InRequest.run(() -> LOG.info("the last request is answered"));
    } catch (Exception e) {
      LOG.error("not answered", e);
    }
  }

  private Graceful() {}
}
