package io.vigia.agent.programs;

import java.util.logging.Logger;

/** Logs a thousand messages of 200,000 characters, faster than anybody takes them. */
public final class LargeLogs {
  public static final int EVENTS = 1_000;

  public static void main(String[] args) throws Exception {
    Logger log = Logger.getLogger(LargeLogs.class.getName());
    log.setUseParentHandlers(false); // stderr would be slower
    String text = "x".repeat(200_000);
    for (int i = 0; i < EVENTS; i++) {
      log.info(i + " " + text);
    }
    System.out.println("made " + EVENTS);
    Stay.asLongAs(args);
  }

  private LargeLogs() {}
}
